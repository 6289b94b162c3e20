#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mana/text/added_tokens.h"
#include "mana/text/tokenizer_settings.h"

namespace mana::text {

/// Gives added tokens their ids, as the Rust `tokenizers` do, whatever ids the files say: a token that the model knows
/// keeps its id, those added together are numbered on from behind the vocabulary and all that were added before.
class TokenNumbering {
 public:
  /// `vectors` is how many ids the model has vectors for: a token that settings only name and that would lie behind
  /// them is left out, since no text needs it.
  TokenNumbering(const Vocabulary& model, std::optional<std::size_t> vectors) : model_(model), vectors_(vectors) {}

  /// Adds tokens together. One that comes again keeps its id, even where another has taken it in the meantime, takes
  /// the new flags and stays special once it was. What becomes of a token against the word of a file is added to
  /// `notes`.
  void add(std::span<const RequestedToken> tokens, std::vector<std::string>& notes);

  std::vector<AddedToken> take() { return std::move(tokens_); }

 private:
  const Vocabulary& model_;
  std::optional<std::size_t> vectors_;
  std::vector<AddedToken> tokens_;
  std::unordered_map<std::string, TokenId> ids_;    // of all that were ever added
  std::unordered_map<TokenId, std::size_t> by_id_;  // places in tokens_
  std::unordered_set<std::string> special_;
  TokenId largest_ = -1;
};

}  // namespace mana::text
