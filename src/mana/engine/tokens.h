#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/team.h"
#include "mana/engine/batches.h"
#include "mana/engine/encoder.h"

namespace mana::engine {

/// How texts become pieces.
struct TokenRules {
  const text::Tokenizer& tokenizer;
  std::string prompt;                     ///< put before every text
  bool special_tokens = true;             ///< whether the model takes those that the template puts around a text
  std::optional<std::size_t> max_tokens;  ///< nothing: texts of any length
  Overflow overflow = Overflow::truncate;
};

/// The pieces of consecutive texts, and what is known about each text.
struct TokenizedTexts {
  std::vector<TextInfo> texts;
  std::vector<Piece> pieces;
  std::vector<std::vector<text::TokenId>> ids;  ///< what the pieces point into; one for each thread
};

/// Tokenizes with all threads of the team, or on the calling thread alone. `first` is the number of the first text in
/// the whole input, for messages. Throws ArgumentError for a text that is too long under Overflow::error, Cancelled.
TokenizedTexts tokenize(const TokenRules& rules, std::span<const std::string> texts, std::size_t first, Team* team,
                        const std::stop_token& stop);

/// How many tokens of every text are the prompt's: those of "[CLS] prompt" that the model reads, as
/// sentence-transformers counts them.
std::size_t prompt_token_count(const TokenRules& rules);

}  // namespace mana::engine
