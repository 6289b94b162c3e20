#include "mana/subwords/alphabet.h"

#include <algorithm>
#include <unordered_map>

#include "mana/text/normalized_text.h"
#include "mana/text/utf8.h"

namespace mana::subwords {

std::vector<CountedLetter> count_letters(const CountedWords& words) {
  std::unordered_map<char32_t, std::uint64_t> counts;
  for (const CountedWord& word : words) {
    text::for_each_code_point(word.text, [&](char32_t c, std::size_t, std::size_t) { counts[c] += word.count; });
  }
  std::vector<CountedLetter> letters;
  letters.reserve(counts.size());
  for (const auto& [letter, count] : counts) letters.push_back({letter, count});
  std::ranges::sort(letters, [](const CountedLetter& a, const CountedLetter& b) {
    return a.count != b.count ? a.count > b.count : a.letter < b.letter;
  });
  return letters;
}

std::vector<char32_t> choose_alphabet(const std::vector<CountedLetter>& letters, std::size_t limit, double coverage) {
  std::uint64_t all = 0;
  for (const CountedLetter& letter : letters) all += letter.count;
  const double wanted = coverage * static_cast<double>(all);
  std::vector<char32_t> alphabet;
  std::uint64_t covered = 0;
  for (const CountedLetter& letter : letters) {
    if ((limit != 0 && alphabet.size() == limit) || static_cast<double>(covered) >= wanted) break;
    alphabet.push_back(letter.letter);
    covered += letter.count;
  }
  std::ranges::sort(alphabet);
  return alphabet;
}

std::string spelled(char32_t letter) {
  char bytes[4];
  return {bytes, text::encode(letter, bytes)};
}

}  // namespace mana::subwords
