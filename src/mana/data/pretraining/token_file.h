#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "mana/base/file.h"

namespace mana::data {

/// What the tokens were made of; sums by which another text or another tokenizer is noticed.
struct TokenOrigin {
  std::uint64_t text = 0;        ///< of the files' bytes and of how they were read
  std::uint64_t tokenizer = 0;   ///< of all its stages
  std::uint64_t vocabulary = 0;  ///< how many ids it has

  bool operator==(const TokenOrigin&) const = default;
};

/// The tokens of a corpus with the bounds of its sentences and documents, mapped: without special tokens, in the order
/// of the text. Safe to share between threads.
class TokenFile {
 public:
  /// Checks all of it: form, sums, bounds, ids. Throws IoError; FormatError for what is no such file, of another
  /// version or damaged.
  static TokenFile open(const std::filesystem::path& path);

  std::uint64_t tokens() const { return tokens_; }
  std::size_t sentences() const { return sentence_bounds_.size() - 1; }
  std::size_t documents() const { return document_bounds_.size() - 1; }
  /// [sentences + 1] in tokens
  std::span<const std::uint64_t> sentence_bounds() const { return sentence_bounds_; }
  /// [documents + 1] in sentences
  std::span<const std::uint64_t> document_bounds() const { return document_bounds_; }
  /// [documents] of each one's tokens: the same for the same document, whatever stands around it
  std::span<const std::uint64_t> document_sums() const { return document_sums_; }
  /// Copies the tokens from `begin` on.
  void copy(std::uint64_t begin, std::span<std::int32_t> to) const;

  const TokenOrigin& origin() const { return origin_; }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  explicit TokenFile(MappedFile file);

  MappedFile file_;
  TokenOrigin origin_;
  std::uint64_t tokens_ = 0;
  std::span<const std::uint16_t> narrow_;  // the tokens, where two bytes are enough for an id
  std::span<const std::int32_t> wide_;
  std::span<const std::uint64_t> sentence_bounds_, document_bounds_, document_sums_;
};

}  // namespace mana::data
