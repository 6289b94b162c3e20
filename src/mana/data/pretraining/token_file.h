#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "mana/base/file.h"

namespace mana::data {

/// What the tokens were made of; sums by which another text or another tokenizer is noticed.
struct TokenOrigin {
  std::uint64_t text = 0;        ///< of the files' bytes and of how they were read
  std::uint64_t tokenizer = 0;   ///< of all its stages
  std::uint64_t vocabulary = 0;  ///< ids are below it

  bool operator==(const TokenOrigin&) const = default;
};

/// What a token file holds, where it lies.
struct TokenTable {
  TokenOrigin origin = {};
  std::uint64_t tokens = 0;
  std::span<const std::uint16_t> narrow = {};  ///< the tokens, where two bytes are enough for an id
  std::span<const std::int32_t> wide = {};     ///< else
  std::span<const std::uint64_t> sentence_bounds = {}, document_bounds = {}, document_sums = {};
};

/// Checks all of it: form, sums, bounds, ids. `bytes` begin at a multiple of eight bytes; `name` stands for the file in
/// messages. Throws FormatError for what is no such file, of another version or damaged.
TokenTable parse_token_file(std::span<const std::byte> bytes, const std::string& name);

/// The tokens of a corpus with the bounds of its sentences and documents, mapped: without special tokens, in the order
/// of the text. Neither a sentence nor a document is empty. Safe to share between threads.
class TokenFile {
 public:
  /// Throws IoError; FormatError as parse_token_file().
  static TokenFile open(const std::filesystem::path& path);
  /// Of a token file that is perhaps of another version. Throws IoError; FormatError for what is no token file.
  static std::uint32_t version_of(const std::filesystem::path& path);

  std::uint64_t tokens() const { return table_.tokens; }
  std::size_t sentences() const { return sentence_bounds().size() - 1; }
  std::size_t documents() const { return document_bounds().size() - 1; }
  /// [sentences + 1] in tokens
  std::span<const std::uint64_t> sentence_bounds() const { return table_.sentence_bounds; }
  /// [documents + 1] in sentences
  std::span<const std::uint64_t> document_bounds() const { return table_.document_bounds; }
  /// [documents] of each one's tokens: the same for the same document, whatever stands around it
  std::span<const std::uint64_t> document_sums() const { return table_.document_sums; }
  /// Tokens of a document.
  std::uint64_t document_tokens(std::size_t document) const {
    return sentence_bounds()[document_bounds()[document + 1]] - sentence_bounds()[document_bounds()[document]];
  }
  /// Copies the tokens from `begin` on.
  void copy(std::uint64_t begin, std::span<std::int32_t> to) const;

  const TokenOrigin& origin() const { return table_.origin; }
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  TokenFile(MappedFile file, const TokenTable& table) : file_(std::move(file)), table_(table) {}

  MappedFile file_;
  TokenTable table_;  // in it
};

}  // namespace mana::data
