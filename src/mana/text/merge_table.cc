#include "mana/text/merge_table.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace mana::text {

void MergeTable::reserve(std::size_t count) {
  if (count * 2 >= slots_.size()) rehash(count * 2 + 1);
}

void MergeTable::insert(TokenId left, TokenId right, Merge merge) {
  if ((count_ + 1) * 2 > slots_.size()) rehash(slots_.size() * 2 + 1);
  Slot& slot = slots_.edit()[slot_of(left, right)];
  if (slot.rank == kNone) ++count_;
  slot = {left, right, merge.rank, merge.whole};
}

void MergeTable::rehash(std::size_t capacity) {
  const Array<Slot> old = std::exchange(slots_, Array(std::vector<Slot>(std::bit_ceil(capacity))));
  Slot* slots = slots_.edit();
  for (const Slot& slot : old.view()) {
    if (slot.rank != kNone) slots[slot_of(slot.left, slot.right)] = slot;
  }
}

MergeTable::MergeTable(FlatReader& bytes, const Vocabulary& vocabulary) : slots_(Array<Slot>::of(bytes.array<Slot>())) {
  const std::span<const Slot> slots = slots_.view();
  if (!std::has_single_bit(slots.size())) bytes.fail("a table of merges is not a power of two");
  if (std::ranges::find(slots, kNone, &Slot::rank) == slots.end()) bytes.fail("a table of merges is full");
  for (const Slot& slot : slots) {
    if (slot.rank == kNone) continue;
    ++count_;
    if (!vocabulary.token(slot.whole)) bytes.fail("a merge makes a token that the vocabulary lacks");
    if (&slots[slot_of(slot.left, slot.right)] != &slot) bytes.fail("a merge is misplaced");
  }
}

}  // namespace mana::text
