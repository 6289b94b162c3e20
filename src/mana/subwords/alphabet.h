#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mana/subwords/counted_words.h"

namespace mana::subwords {

/// A letter, any code point, and how often it stands in a text.
struct CountedLetter {
  char32_t letter = 0;
  std::uint64_t count = 0;
};

/// The letters of all words by falling count, those counted alike in order.
std::vector<CountedLetter> count_letters(const CountedWords& words);

/// The most frequent of those letters, in order: at most `limit` (0: any number), and as many as are this share of the
/// text together.
std::vector<char32_t> choose_alphabet(const std::vector<CountedLetter>& letters, std::size_t limit, double coverage);

/// A letter as UTF-8.
std::string spelled(char32_t letter);

}  // namespace mana::subwords
