#include "mana/text/pair_merging.h"

#include <algorithm>
#include <functional>

namespace mana::text {

void PairMerging::enqueue(const MergeTable& merges, std::uint32_t place) {
  Symbol& left = symbols_[place];
  left.merge =
      left.next < symbols_.size() ? merges.find(left.piece.id, symbols_[left.next].piece.id) : MergeTable::Merge{};
  if (left.merge.rank == MergeTable::kNone) return;
  queue_.push_back(std::uint64_t{left.merge.rank} << 32 | place);
  std::ranges::push_heap(queue_, std::greater());
}

std::uint64_t PairMerging::pop() {
  std::ranges::pop_heap(queue_, std::greater());
  const std::uint64_t first = queue_.back();
  queue_.pop_back();
  return first;
}

void PairMerging::merge(const MergeTable& merges, Pieces& pieces) {
  queue_.clear();
  const auto count = static_cast<std::uint32_t>(symbols_.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    symbols_[i].before = i - 1;
    symbols_[i].next = i + 1;
    enqueue(merges, i);
  }
  while (!queue_.empty()) {
    const std::uint64_t first = pop();
    const auto place = static_cast<std::uint32_t>(first);
    Symbol& left = symbols_[place];
    if (left.merge.rank != first >> 32) continue;  // one of the two has been merged with another since
    Symbol& right = symbols_[left.next];
    left.piece = {left.merge.whole, {left.piece.range.begin, right.piece.range.end}};
    left.next = right.next;
    right.merge = {};
    if (right.next < count) symbols_[right.next].before = place;
    if (place > 0) enqueue(merges, left.before);
    enqueue(merges, place);
  }
  for (std::uint32_t i = 0; i < count; i = symbols_[i].next) pieces.push_back(symbols_[i].piece);
}

}  // namespace mana::text
