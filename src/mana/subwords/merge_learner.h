#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mana/subwords/events.h"
#include "mana/subwords/pair_table.h"

namespace mana::subwords {

/// The distinct words of a text, each as symbols: numbers of pieces.
class SymbolWords {
 public:
  /// Begins a word that stands so often in the text.
  void begin_word(std::uint64_t count) { words_.push_back({symbols_.size(), count, 0}); }
  /// Adds a symbol to the word that began last.
  void add(std::uint32_t symbol) {
    symbols_.push_back(symbol);
    ++words_.back().size;
  }

  std::uint32_t size() const { return static_cast<std::uint32_t>(words_.size()); }
  std::uint64_t count(std::uint32_t word) const { return words_[word].count; }
  /// The symbols of a word, and how many there are: merging makes them fewer.
  std::uint32_t* symbols(std::uint32_t word) { return symbols_.data() + words_[word].begin; }
  std::uint32_t& length(std::uint32_t word) { return words_[word].size; }

  /// Puts `result` in the place of a pair wherever it stands in a word, from left to right. Calls changed(pair, whether
  /// it is there now) for every pair that goes or comes by that.
  template <class Changed>
  void merge(std::uint32_t word, SymbolPair pair, std::uint32_t result, Changed&& changed) {
    std::uint32_t* const all = symbols(word);
    const std::uint32_t size = length(word);
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < size;) {
      if (all[i] != pair.first || i + 1 == size || all[i + 1] != pair.second) {
        all[kept++] = all[i++];
        continue;
      }
      if (kept > 0) {
        changed(SymbolPair{all[kept - 1], pair.first}, false);
        changed(SymbolPair{all[kept - 1], result}, true);
      }
      i += 2;
      if (i < size) {
        changed(SymbolPair{pair.second, all[i]}, false);
        changed(SymbolPair{result, all[i]}, true);
      }
      all[kept++] = result;
    }
    length(word) = kept;
  }

 private:
  struct Word {
    std::uint64_t begin;  // in symbols_
    std::uint64_t count;
    std::uint32_t size;
  };
  std::vector<std::uint32_t> symbols_;
  std::vector<Word> words_;
};

struct Merging {
  std::size_t vocabulary_size = 0;   ///< learning ends with so many pieces
  std::uint64_t min_frequency = 0;   ///< or where no pair stands so often
  std::size_t max_token_length = 0;  ///< letters that a piece has fewer than, where more than a pair; 0: any number
  std::string_view prefix = {};      ///< what pieces that go on a word begin with: "##"
};

/// Byte-pair encoding (Sennrich et al. 2016, algorithm 1): of all pairs of symbols that stand side by side in words,
///
///   (a, b) = argmax count(a, b)        of those counted alike, the one of the smallest numbers
///
/// becomes one symbol wherever it stands, from left to right, until there are enough. `pieces` are those of the symbols
/// and grows by each new one. Returns the pairs in the order in which they were merged.
///
/// It is the Rust trainer's in every choice. One of them is not the paper's: a piece that two ways lead to, a + bc and
/// ab + c, is one symbol, and a pair that was merged before and comes about anew with it is counted together with what
/// it was then and merged once more, at the places where it is new; in the list it stands where it was merged last.
std::vector<SymbolPair> learn_merges(SymbolWords words, std::vector<std::string>& pieces, const Merging& merging,
                                     const Events& events = {});

}  // namespace mana::subwords
