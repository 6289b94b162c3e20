#include "mana/subwords/sentence_words.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "mana/base/errors.h"
#include "mana/subwords/piece_rules.h"
#include "mana/text/utf8.h"

namespace mana::subwords {
namespace {

struct Tally {
  bool required = false;
  std::uint64_t count = 0;
};

template <class Visit>
void for_each_letter(std::string_view word, Visit&& visit) {
  for (const char* at = word.data(); at < word.data() + word.size();) visit(text::decode(at));
}

std::string_view without_end(std::string_view word) {
  if (word.ends_with(kSentenceEnd)) word.remove_suffix(1);
  return word;
}

// Required letters first, then the most frequent ones until they are the share `coverage` of all. As in SentencePiece
// the share is a float, and the boundary counts as a letter that is not kept.
std::vector<SentenceWords::Letter> alphabet_of(const std::unordered_map<char32_t, Tally>& tallies, double coverage) {
  std::vector<std::pair<char32_t, Tally>> letters(tallies.begin(), tallies.end());
  std::ranges::sort(letters, [](const auto& a, const auto& b) {
    return std::tuple(!a.second.required, b.second.count, a.first) <
           std::tuple(!b.second.required, a.second.count, b.first);
  });
  double all = 0, covered = 0;
  for (const auto& letter : letters) all += static_cast<double>(letter.second.count);
  if (all == 0) throw ArgumentError("the text has no characters to train a tokenizer on; give it text");
  std::vector<SentenceWords::Letter> alphabet;
  for (const auto& [c, tally] : letters) {
    if (static_cast<float>(covered / all) >= static_cast<float>(coverage)) break;
    covered += static_cast<double>(tally.count);
    if (c != kBoundary) alphabet.push_back({c, tally.count});
  }
  if (alphabet.empty()) throw ArgumentError("no letter is in the alphabet; cover a larger share of the characters");
  std::ranges::sort(alphabet,
                    [](const auto& a, const auto& b) { return std::tuple(b.count, a.c) < std::tuple(a.count, b.c); });
  return alphabet;
}

}  // namespace

SentenceWords sentence_words(std::span<const CountedWord> counted, double coverage, std::u32string_view required) {
  std::unordered_map<char32_t, Tally> tallies;
  for (const char32_t c : required) tallies[c].required = true;
  for (const CountedWord& word : counted) {
    for_each_letter(without_end(word.text), [&](char32_t c) {
      if (c != U'\0' && c != U' ') tallies[c].count += word.count;
    });
  }
  tallies.erase(kUnknownMark);
  SentenceWords result{.words = {}, .alphabet = alphabet_of(tallies, coverage)};

  std::unordered_set<char32_t> known;
  for (const SentenceWords::Letter& letter : result.alphabet) known.insert(letter.c);
  std::unordered_map<std::string, std::size_t> numbers;
  std::string text;
  for (const CountedWord& word : counted) {
    text.clear();
    for_each_letter(without_end(word.text), [&](char32_t c) {
      char bytes[4];
      text.append(bytes, text::encode(known.contains(c) ? c : kUnknownMark, bytes));
    });
    if (text.empty()) continue;
    const auto [number, added] = numbers.try_emplace(text, result.words.size());
    if (added) result.words.push_back({.text = text});
    SentenceWords::Word& same = result.words[number->second];
    same.count += word.count;
    if (word.text.ends_with(kSentenceEnd)) same.at_end += word.count;
  }
  std::ranges::sort(result.words, [](const SentenceWords::Word& a, const SentenceWords::Word& b) {
    return std::tie(b.count, a.text) < std::tie(a.count, b.text);
  });
  return result;
}

}  // namespace mana::subwords
