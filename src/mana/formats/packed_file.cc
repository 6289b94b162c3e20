#include "mana/formats/packed_file.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "mana/base/errors.h"
#include "mana/base/foreign_file.h"
#include "mana/base/printable.h"
#include "mana/base/xxh64.h"
#include "mana/formats/packed_format.h"

namespace mana::formats {
namespace {

using packed::Entry;
using packed::Header;

[[noreturn]] void fail(const std::string& name, std::string_view what) {
  throw FormatError(fmt::format("{}: {}; write it again, or remove it to use the model's other files", name, what));
}

template <class Record>
Record record_at(std::span<const std::byte> bytes, std::size_t offset) {
  Record record;
  std::memcpy(&record, bytes.data() + offset, sizeof record);
  return record;
}

/// The header of this version, right in itself and about the size of file and index.
Header checked_header(std::span<const std::byte> file, const std::string& name) {
  const Header header = record_at<Header>(file, 0);
  if (xxh64(file.first(offsetof(Header, header_sum))) != header.header_sum) fail(name, "the header is damaged");
  if (header.file_size != file.size()) {
    const std::string cut =
        header.file_size < file.size() ? "" : fmt::format(": {} bytes are missing", header.file_size - file.size());
    fail(name, fmt::format("it has {} bytes, but was written with {}{}", file.size(), header.file_size, cut));
  }
  if (header.index_size > packed::kMaxIndex || header.index_size > file.size() - sizeof(Header)) {
    fail(name, fmt::format("an index of {} bytes does not fit", header.index_size));
  }
  if (xxh64(file.subspan(sizeof(Header), header.index_size)) != header.index_sum) fail(name, "the index is damaged");
  return header;
}

}  // namespace

PackedContent parse_packed_file(std::span<const std::byte> file, const std::string& name) {
  if (const auto foreign = foreign_content(file)) throw FormatError(fmt::format("{} {}", name, *foreign));
  if (file.size() < sizeof(Header)) fail(name, fmt::format("{} bytes are too few for a packed model", file.size()));
  PackedContent content;
  if (record_at<Header>(file, 0).magic != packed::kMagic) fail(name, "this is not a packed model");
  content.version = record_at<Header>(file, 0).version;
  if (content.version != kPackedVersion) return content;

  const Header header = checked_header(file, name);
  content.origin = {header.sample, header.content};
  const std::span<const std::byte> index = file.subspan(sizeof(Header), header.index_size);
  std::size_t at = 0;
  std::uint64_t end = sizeof(Header) + index.size();  // of what comes before the next section
  for (std::uint32_t i = 0; i < header.sections; ++i) {
    if (index.size() - at < sizeof(Entry)) fail(name, fmt::format("the index ends before section {}", i));
    const Entry entry = record_at<Entry>(index, at);
    at += sizeof(Entry);
    if (entry.name_size == 0 || entry.name_size > packed::kMaxName || entry.name_size > index.size() - at) {
      fail(name, fmt::format("section {} has a name of {} bytes", i, entry.name_size));
    }
    std::string section(reinterpret_cast<const char*>(index.data() + at), entry.name_size);
    at += entry.name_size;
    if (entry.offset % packed::kAlignment != 0 || entry.offset < end || entry.offset > file.size() ||
        entry.size > file.size() - entry.offset) {
      fail(name, fmt::format("section {} of {} bytes at {} has no place in the file", printable(section), entry.size,
                             entry.offset));
    }
    end = entry.offset + entry.size;
    const PackedSection place = {file.subspan(entry.offset, entry.size), entry.sum};
    if (!content.sections.emplace(section, place).second) {
      fail(name, fmt::format("there are two sections {}", printable(section)));
    }
  }
  if (at != index.size()) fail(name, fmt::format("{} bytes follow the last entry of the index", index.size() - at));
  return content;
}

void check_section(std::string_view section, const PackedSection& content, const std::string& file_name) {
  if (xxh64(content.bytes) != content.sum) {
    fail(file_name, fmt::format("section {} is damaged", printable(section)));
  }
}

PackedFile::PackedFile(MappedFile file)
    : file_(std::move(file)), content_(parse_packed_file(file_.bytes(), file_.path().string())) {}

PackedFile PackedFile::open(const std::filesystem::path& path) { return PackedFile(MappedFile(path)); }

const PackedSection* PackedFile::find(std::string_view section) const {
  const auto found = content_.sections.find(section);
  return found == content_.sections.end() ? nullptr : &found->second;
}

void PackedFile::check_sections() const {
  for (const auto& [name, section] : content_.sections) check_section(name, section, path().string());
}

}  // namespace mana::formats
