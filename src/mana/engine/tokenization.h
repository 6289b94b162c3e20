#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/team.h"
#include "mana/engine/encoder.h"
#include "mana/engine/tokenized_texts.h"
#include "mana/text/tokenizer.h"

namespace mana::engine {

/// How texts become pieces.
struct TokenRules {
  const text::Tokenizer& tokenizer;
  std::string prompt;                     ///< put before every text
  bool special_tokens = true;             ///< whether the model takes those that the template puts around a text
  std::optional<std::size_t> max_tokens;  ///< nothing: texts of any length
  Overflow overflow = Overflow::truncate;
};

/// The door through which texts become tokens, many at once. Every thread of the team takes some of them, and keeps
/// from one call to the next how it cut words (text/word_cache.h).
class Tokenization {
 public:
  /// For teams of `threads`. The rules' tokenizer outlives it.
  Tokenization(TokenRules rules, unsigned threads);

  /// For one caller at a time, who has the team. `first` is the number of the first text in the whole input, for
  /// messages. Throws ArgumentError for a text that is too long under Overflow::error, Cancelled.
  TokenizedTexts operator()(Team& team, std::span<const std::string> texts, std::size_t first,
                            const std::stop_token& stop);

 private:
  /// The pieces of some of the texts. They refer to `ids` by place until it has stopped growing.
  struct Share {
    struct Place {
      std::uint32_t text;
      std::size_t begin;
    };
    std::vector<text::TokenId> ids;
    std::vector<Place> places;
  };

  void add(text::SequentialTokenizer& tokenizer, const std::string& original, std::uint32_t number,
           std::size_t place_in_input, Share& share, TextInfo& info, const std::stop_token& stop) const;
  void add_whole(text::SequentialTokenizer& tokenizer, std::string_view text, std::uint32_t number, Share& share,
                 TextInfo& info, const std::stop_token& stop) const;
  void add_chunks(text::SequentialTokenizer& tokenizer, std::string_view text, std::uint32_t number, Share& share,
                  TextInfo& info, const std::stop_token& stop) const;

  TokenRules rules_;
  std::vector<text::SequentialTokenizer> tokenizers_;  // one for each thread
};

/// How many tokens of every text are the prompt's: those of "[CLS] prompt" that the model reads, as
/// sentence-transformers counts them.
std::size_t prompt_token_count(const TokenRules& rules);

}  // namespace mana::engine
