#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/tokenizer.h"

namespace mana::jobs {

/// A token as people are shown it.
struct ExplainedToken {
  text::TokenId id = 0;
  std::string token = {};  ///< as the vocabulary spells it: "##able", "▁Haus", "[CLS]"
  std::string text = {};   ///< what it stands for in the text, or its spelling where that is nothing
  bool stands_for_text = false;
  bool joined = false;  ///< nothing stands between it and the token before it
};

/// A text as a model reads it.
struct ExplainedText {
  std::vector<text::TokenId> ids;
  std::vector<text::TokenId> types;  ///< empty where the model is given none
  std::vector<ExplainedToken> tokens;
};

/// Throws ArgumentError for a text without a token, and for one with more than `most`, of which nothing is cut off.
/// `special`: with the tokens that the template puts around it.
ExplainedText explained_text(const text::Tokenizer& tokenizer, std::string_view text, std::optional<std::size_t> most,
                             bool special = true);

/// The tokens of a text that a model has written, each with what it adds to the text.
std::vector<ExplainedToken> explained_tokens(const text::Tokenizer& tokenizer, std::span<const text::TokenId> ids);

}  // namespace mana::jobs
