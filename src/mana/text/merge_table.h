#pragma once

#include <cstdint>
#include <vector>

#include "mana/text/array.h"
#include "mana/text/flat_bytes.h"
#include "mana/text/padded_word.h"
#include "mana/text/vocabulary.h"

namespace mana::text {

/// Which pairs of tokens become one, and which first: a map by open addressing from two ids to the merge's rank and the
/// id of the whole.
class MergeTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;  ///< the rank of what is never merged
  struct Merge {
    std::uint32_t rank = kNone;  ///< the lowest goes first
    TokenId whole = -1;
  };

  MergeTable() = default;
  /// A view of what compile() wrote; every whole is an id of `vocabulary`. Throws FormatError.
  MergeTable(FlatReader& bytes, const Vocabulary& vocabulary);
  void compile(FlatWriter& bytes) const { bytes.array(slots_.view()); }

  void reserve(std::size_t count);
  /// Of a pair that comes twice the last merge counts.
  void insert(TokenId left, TokenId right, Merge merge);
  Merge find(TokenId left, TokenId right) const {
    const Slot& slot = slots_[slot_of(left, right)];
    return {slot.rank, slot.whole};
  }

 private:
  struct Slot {
    TokenId left = -1, right = -1;
    std::uint32_t rank = kNone;  // kNone: empty
    TokenId whole = -1;
  };

  std::size_t slot_of(TokenId left, TokenId right) const {
    const std::uint64_t pair =
        std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
    const std::size_t mask = slots_.size() - 1;
    std::size_t i = mix(pair ^ kHashSeed, kHashFactor) & mask;
    while (slots_[i].rank != kNone && (slots_[i].left != left || slots_[i].right != right)) i = (i + 1) & mask;
    return i;
  }
  void rehash(std::size_t capacity);

  Array<Slot> slots_ = Array(std::vector<Slot>(1));  // a power of two; one of them is always empty
  std::size_t count_ = 0;
};

}  // namespace mana::text
