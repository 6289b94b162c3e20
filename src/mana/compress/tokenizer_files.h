#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mana/compress/kept_tokens.h"
#include "mana/compress/renumbering.h"
#include "mana/models/sentence/model_folder.h"
#include "mana/text/tokenizer.h"

namespace mana::compress {

/// The tokens of a folder's tokenizer, and its files that name them.
class TokenizerFiles {
 public:
  /// Throws ArgumentError where the vocabulary is neither in a tokenizer.json nor in a vocab.txt.
  TokenizerFiles(std::filesystem::path folder, const text::Tokenizer& tokenizer);

  /// What pieces begin with that go on a word: "##", or nothing.
  std::string continuing_prefix() const;
  /// Every token that has an id below the number of counts, by the tokenizer's word.
  std::vector<VocabularyToken> tokens(std::span<const std::uint64_t> counts) const;
  /// Leaves the tokens that have a new id, under that one, in every file.
  void renumber(const Renumbering& numbers) const;

 private:
  bool has_json() const;
  std::vector<std::string> lines() const;
  std::optional<std::int64_t> new_id(const Renumbering& numbers, const std::string& token) const;
  std::set<std::string> named_tokens() const;
  void renumber_lines(const Renumbering& numbers) const;
  void renumber_json(const Renumbering& numbers, models::Json& json) const;

  std::filesystem::path folder_;
  const text::Tokenizer& tokenizer_;
};

}  // namespace mana::compress
