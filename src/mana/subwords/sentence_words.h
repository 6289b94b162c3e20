#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/subwords/counted_words.h"

namespace mana::subwords {

/// What SentencePiece trains on: the distinct words of all sentences, each with its space mark, and the alphabet.
struct SentenceWords {
  struct Word {
    std::string text;          ///< with U+2585 for every character that is not in the alphabet
    std::uint64_t count = 0;   ///< how often it stands in the text
    std::uint64_t at_end = 0;  ///< and how often of these at the end of a sentence
  };
  struct Letter {
    char32_t c = 0;
    std::uint64_t count = 0;
  };
  std::vector<Word> words;       ///< by falling count, those counted alike in the order of their bytes
  std::vector<Letter> alphabet;  ///< the same, in the order of the code points
};

/// Stands behind a word at the end of its sentence where words are counted: a suffix that words have there alone is
/// another context of the seeds.
inline constexpr char kSentenceEnd = '\0';

/// Stands for a special token that a text spells: what is around it never makes one piece with it.
inline constexpr char32_t kBoundary = U'\t';

/// The words with the alphabet that covers the share `coverage` of the characters, the most frequent first, and
/// `required` whatever its count is. Throws ArgumentError where there is no character.
SentenceWords sentence_words(std::span<const CountedWord> counted, double coverage, std::u32string_view required = {});

}  // namespace mana::subwords
