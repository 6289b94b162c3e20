#pragma once

#include <cstdint>

namespace mana::text {

/// What a code point is to the ends of sentences (Unicode Standard Annex 29, Sentence_Break).
enum class SentenceBreak : std::uint8_t {
  kOther,
  kParagraph,  ///< CR, LF, Sep: ends a paragraph
  kIgnored,    ///< Extend, Format: belongs to what it stands behind
  kSpace,      ///< Sp
  kLower,
  kUpper,
  kLetter,  ///< OLetter: of a script without cases
  kNumeric,
  kFullStop,  ///< ATerm: may end a sentence, may not
  kEnd,       ///< STerm: ends one
  kContinue,  ///< SContinue: a comma, a colon
  kClose,     ///< a quotation mark, a bracket
};

SentenceBreak sentence_break(char32_t c);

}  // namespace mana::text
