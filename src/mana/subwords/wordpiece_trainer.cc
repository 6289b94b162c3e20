#include "mana/subwords/wordpiece_trainer.h"

#include <set>
#include <unordered_map>

#include "mana/subwords/alphabet.h"
#include "mana/subwords/merge_learner.h"
#include "mana/subwords/vocabulary_size.h"
#include "mana/text/normalized_text.h"

namespace mana::subwords {

std::vector<std::string> train_wordpiece(const CountedWords& words, const Options& options, const Events& events) {
  const std::vector<char32_t> alphabet =
      choose_alphabet(count_letters(words), options.limit_alphabet, options.coverage());

  std::vector<std::string> pieces = options.special_tokens;
  std::unordered_map<char32_t, std::uint32_t> first, next;  // the symbols of a letter that begins a word, or goes on it
  for (const char32_t letter : alphabet) first[letter] = add_letter(options, pieces, spelled(letter));

  std::set<char32_t> within;
  for (const CountedWord& word : words) {
    text::for_each_code_point(word.text, [&](char32_t letter, std::size_t begin, std::size_t) {
      if (begin > 0 && first.contains(letter)) within.insert(letter);
    });
  }
  for (const char32_t letter : within)
    next[letter] = add_letter(options, pieces, std::string(kContinuingPrefix) + spelled(letter));
  require_room(options, pieces.size());

  SymbolWords symbols;
  for (const CountedWord& word : words) {
    symbols.begin_word(word.count);
    text::for_each_code_point(word.text, [&](char32_t letter, std::size_t begin, std::size_t) {
      const auto& symbol_of = begin == 0 ? first : next;
      if (const auto symbol = symbol_of.find(letter); symbol != symbol_of.end()) symbols.add(symbol->second);
    });
  }
  learn_merges(std::move(symbols), pieces,
               {options.vocabulary_size, options.min_frequency, options.max_length(), kContinuingPrefix}, events);
  require_reached(options, pieces.size());
  return pieces;
}

}  // namespace mana::subwords
