#pragma once

#include <cstddef>
#include <string_view>

#include "mana/text/tokenizer.h"

namespace mana::data {

/// One more than the largest id of a tokenizer.
std::size_t id_end(const text::Tokenizer& tokenizer);

/// How a vocabulary tells the tokens that go on with the word of the one before them: they have a mark before them
/// ("##" of WordPiece), or lack one ("Ġ" of BPE, "▁" of SentencePiece). Without either every token is a word.
struct WordMarks {
  std::string_view continued, begun;

  /// Those of the tokens with ids below `end`.
  WordMarks(const text::Tokenizer& tokenizer, std::size_t end);

  bool continues(std::string_view token) const;
};

}  // namespace mana::data
