#include "mana/data/pretraining/token_file_writer.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "mana/base/xxh64.h"
#include "mana/data/pretraining/token_file_form.h"

namespace mana::data {

TokenFileWriter::TokenFileWriter(const std::filesystem::path& path, const TokenOrigin& origin)
    : file_(path), origin_(origin), document_bounds_{0} {
  const TokenFileHeader room{};
  file_.write(std::as_bytes(std::span(&room, 1)));
}

void TokenFileWriter::write(std::span<const std::byte> bytes) {
  sum_.add(bytes);
  file_.write(bytes);
}

void TokenFileWriter::begin_document() {
  if (lengths_.size() == document_bounds_.back()) return;  // the one before has no sentence
  document_bounds_.push_back(lengths_.size());
  document_sums_.push_back(std::exchange(document_sum_, BlockSum()).value());
}

void TokenFileWriter::add(std::span<const std::int32_t> tokens, std::span<const std::uint32_t> lengths) {
  std::span<const std::byte> bytes = std::as_bytes(tokens);
  if (token_width(origin_.vocabulary) == 2) {
    narrow_.resize(tokens.size());
    std::ranges::transform(tokens, narrow_.begin(), [](std::int32_t id) { return static_cast<std::uint16_t>(id); });
    bytes = std::as_bytes(std::span(narrow_));
  }
  write(bytes);
  document_sum_.add(bytes);
  lengths_.insert(lengths_.end(), lengths.begin(), lengths.end());
  tokens_ += tokens.size();
}

void TokenFileWriter::commit() {
  begin_document();  // ends the last one
  const std::uint32_t width = token_width(origin_.vocabulary);
  constexpr std::byte kZeros[8] = {};
  write(std::span(kZeros).first((8 - tokens_ * width % 8) % 8));

  std::vector<std::uint64_t> bounds;  // of some sentences
  constexpr std::size_t kBlock = std::size_t{1} << 16;
  bounds.reserve(kBlock);
  std::uint64_t bound = 0;
  for (std::size_t i = 0; i <= lengths_.size(); ++i) {
    bounds.push_back(bound);
    if (i < lengths_.size()) bound += lengths_[i];
    if (bounds.size() == kBlock || i == lengths_.size()) {
      write(std::as_bytes(std::span(bounds)));
      bounds.clear();
    }
  }
  write(std::as_bytes(std::span(document_bounds_)));
  write(std::as_bytes(std::span(document_sums_)));

  TokenFileHeader header{.magic = {},
                         .version = kTokenFileVersion,
                         .width = width,
                         .origin = origin_,
                         .tokens = tokens_,
                         .sentences = lengths_.size(),
                         .documents = document_sums_.size(),
                         .content_sum = sum_.value(),
                         .header_sum = 0};
  std::memcpy(header.magic, kTokenFileMagic, sizeof header.magic);
  const auto bytes = std::as_bytes(std::span(&header, 1));
  header.header_sum = xxh64(bytes.first(offsetof(TokenFileHeader, header_sum)));
  file_.overwrite(0, bytes);
  file_.commit();
}

}  // namespace mana::data
