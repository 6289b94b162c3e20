#include "mana/data/pretraining/token_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/xxh64.h"
#include "mana/data/pretraining/block_sum.h"
#include "mana/data/pretraining/token_file_form.h"

namespace mana::data {
namespace {

/// The header; its magic must be there. Whether the rest of it means something is not looked at.
TokenFileHeader header_of(std::span<const std::byte> bytes, const std::string& name) {
  TokenFileHeader header{};
  if (bytes.size() >= sizeof header.magic) {
    std::memcpy(&header, bytes.data(), std::min(bytes.size(), sizeof header));
    if (std::memcmp(header.magic, kTokenFileMagic, sizeof header.magic) == 0) return header;
  }
  throw FormatError(fmt::format("{} is no token file of Mana; give another output, or move it away", name));
}

[[noreturn]] void fail(const std::string& name, std::string_view what) {
  throw FormatError(fmt::format("{} is damaged: {}; delete it, it is made again of the text", name, what));
}

/// Whether a[0] = 0, every bound is above the one before it, and the last one is `end`.
bool ascends(std::span<const std::uint64_t> bounds, std::uint64_t end) {
  return bounds.front() == 0 && bounds.back() == end &&
         std::ranges::adjacent_find(bounds, std::ranges::greater_equal()) == bounds.end();
}

template <class T>
std::span<const T> take(std::span<const std::byte>& bytes, std::uint64_t count) {
  const std::span<const T> values(reinterpret_cast<const T*>(bytes.data()), count);
  bytes = bytes.subspan(values.size_bytes());
  return values;
}

}  // namespace

TokenTable parse_token_file(std::span<const std::byte> bytes, const std::string& name) {
  const TokenFileHeader header = header_of(bytes, name);
  if (bytes.size() < sizeof header) fail(name, "it breaks off in its header");
  if (header.version != kTokenFileVersion) {
    throw FormatError(
        fmt::format("{} is a token file of version {}, not of {}; delete it, it is made again of the text", name,
                    header.version, kTokenFileVersion));
  }
  if (xxh64(bytes.first(offsetof(TokenFileHeader, header_sum))) != header.header_sum)
    fail(name, "its header is not what was written");
  const std::uint64_t room = bytes.size() / 2;  // what is counted has two bytes or more
  if (header.tokens > room || header.sentences > room || header.documents > room) fail(name, "it is too short");
  if (header.width != token_width(header.origin.vocabulary)) fail(name, "its tokens are of a wrong width");
  const std::uint64_t padded = (header.tokens * header.width + 7) / 8 * 8;
  if (bytes.size() != sizeof header + padded + 8 * (header.sentences + 1 + 2 * header.documents + 1)) {
    fail(name, "its size is not what its header says");
  }
  std::span<const std::byte> content = bytes.subspan(sizeof header);
  BlockSum sum;
  sum.add(content);
  if (sum.value() != header.content_sum) fail(name, "its content is not what was written");

  TokenTable table{.origin = header.origin, .tokens = header.tokens};
  std::span<const std::byte> tokens = content.first(padded);
  content = content.subspan(padded);
  if (header.width == 2) {
    table.narrow = take<std::uint16_t>(tokens, header.tokens);
  } else {
    table.wide = take<std::int32_t>(tokens, header.tokens);
  }
  table.sentence_bounds = take<std::uint64_t>(content, header.sentences + 1);
  table.document_bounds = take<std::uint64_t>(content, header.documents + 1);
  table.document_sums = take<std::uint64_t>(content, header.documents);
  const auto known = [&](auto id) { return static_cast<std::uint64_t>(id) < header.origin.vocabulary; };
  if (!std::ranges::all_of(table.narrow, known) || !std::ranges::all_of(table.wide, known)) {
    fail(name, "it has tokens that its vocabulary lacks");
  }
  if (!ascends(table.sentence_bounds, header.tokens) || !ascends(table.document_bounds, header.sentences)) {
    fail(name, "the bounds of its sentences or documents do not ascend");
  }
  return table;
}

TokenFile TokenFile::open(const std::filesystem::path& path) {
  MappedFile file(path);
  const TokenTable table = parse_token_file(file.bytes(), path.string());
  return TokenFile(std::move(file), table);
}

std::uint32_t TokenFile::version_of(const std::filesystem::path& path) {
  const MappedFile file(path);
  return header_of(file.bytes(), path.string()).version;
}

void TokenFile::copy(std::uint64_t begin, std::span<std::int32_t> to) const {
  if (!table_.narrow.empty()) {
    std::ranges::copy(table_.narrow.subspan(begin, to.size()), to.begin());
  } else {
    std::ranges::copy(table_.wide.subspan(begin, to.size()), to.begin());
  }
}

}  // namespace mana::data
