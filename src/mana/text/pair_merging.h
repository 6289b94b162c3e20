#pragma once

#include <cstdint>
#include <vector>

#include "mana/text/merge_table.h"
#include "mana/text/piece.h"

namespace mana::text {

/// Merges the symbols of a word: of all neighbours that the table has, the pair of the lowest rank becomes one, the
/// left one of several, until there is none. In O(n log n) for n symbols. Keeps its memory from word to word.
class PairMerging {
 public:
  void clear() { symbols_.clear(); }
  /// Adds a symbol at the end.
  void add(Piece symbol) { symbols_.push_back({symbol}); }
  /// Appends what the symbols become to `pieces`.
  void merge(const MergeTable& merges, Pieces& pieces);

 private:
  struct Symbol {
    Piece piece;
    std::uint32_t before = 0, next = 0;  // the neighbours' places
    MergeTable::Merge merge = {};        // with the next one
  };

  void enqueue(const MergeTable& merges, std::uint32_t place);
  std::uint64_t pop();

  std::vector<Symbol> symbols_;
  std::vector<std::uint64_t> queue_;  // rank and place of a pair; the lowest at the front of a heap
};

}  // namespace mana::text
