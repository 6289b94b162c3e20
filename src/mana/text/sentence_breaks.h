#pragma once

#include <cstdint>

namespace mana::text {

/// What a code point is to the ends of sentences (Unicode Standard Annex 29, Sentence_Break).
enum class SentenceBreak : std::uint8_t {
  other,
  paragraph,  ///< CR, LF, Sep: ends a paragraph
  ignored,    ///< Extend, Format: belongs to what it stands behind
  space,      ///< Sp
  lower,
  upper,
  letter,  ///< OLetter: of a script without cases
  numeric,
  full_stop,  ///< ATerm: may end a sentence, may not
  end,        ///< STerm: ends one
  comma,      ///< SContinue: a comma, a colon
  close,      ///< a quotation mark, a bracket
};

SentenceBreak sentence_break(char32_t c);

}  // namespace mana::text
