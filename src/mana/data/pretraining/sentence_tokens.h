#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mana/text/sentences.h"
#include "mana/text/tokenizer.h"

namespace mana::data {

/// Sentences as tokens, one behind the other; none is empty.
struct SentenceTokens {
  std::vector<text::TokenId> ids;
  std::vector<std::uint32_t> lengths;  ///< [sentences]
};

/// Adds the sentences of a text, each tokenised by itself and without special tokens. Spaces between two sentences go
/// with the second, so that tokens that hold the space before them ("Ġthe") are those that they are within the text;
/// line ends go with none.
void add_sentences(std::string_view text, text::SentenceRules rules, text::SequentialTokenizer& tokenizer,
                   SentenceTokens& to);

}  // namespace mana::data
