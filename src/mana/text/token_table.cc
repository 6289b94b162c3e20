#include "mana/text/token_table.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace mana::text {

void TokenTable::reserve(std::size_t count, std::size_t bytes) {
  strings_.reserve(bytes + kPadding);
  if (count * 3 / 2 + 2 > slots_.size()) rehash(count * 3 / 2 + 2);
}

std::uint32_t TokenTable::insert(std::string_view token, TokenId id) {
  if ((count_ + 1) * 3 / 2 >= slots_.size()) rehash(slots_.size() * 2 + 16);
  const auto begin = strings_.size() - kPadding;
  const std::size_t size = token.size();
  strings_.resize(strings_.size() + size);  // the new padding is zero
  std::ranges::copy(token, strings_.edit() + begin);
  const char* word = strings_.data() + begin;
  const std::uint64_t hash = hash_word(word, size);
  Slot& slot = slots_.edit()[slot_of(word, size, hash)];
  if (slot.id == kNone) {
    slot.key = size <= kShort ? first_bytes(load(word), size) : tag(hash) | begin;
    slot.size = static_cast<std::uint32_t>(size);
    mark(hash);
    ++count_;
    longest_ = std::max(longest_, size);
  }
  slot.id = id;
  return static_cast<std::uint32_t>(begin);
}

TokenId TokenTable::find(std::string_view word) const {
  if (word.size() > longest_) return kNone;
  std::string padded(word);
  padded.append(kPadding, '\0');
  return find(padded.data(), word.size());
}

void TokenTable::rehash(std::size_t capacity) {
  filter_ = Array(std::vector<std::uint64_t>(std::bit_ceil(capacity * kBitsPerToken / 64 + 1)));
  const Array<Slot> old = std::exchange(slots_, Array(std::vector<Slot>(capacity)));
  Slot* slots = slots_.edit();
  for (const Slot& slot : old.view()) {
    if (slot.id == kNone) continue;
    const std::uint64_t hash = hash_of(slot);
    mark(hash);
    std::size_t i = home(hash);  // no token is there twice, so the next empty slot is its own
    while (slots[i].id != kNone) i = after(i);
    slots[i] = slot;
  }
}

void TokenTable::compile(FlatWriter& bytes) const {
  bytes.array(slots_.view());
  bytes.array(strings_.view());
  bytes.array(filter_.view());
}

TokenTable::TokenTable(FlatReader& bytes)
    : slots_(Array<Slot>::of(bytes.array<Slot>())),
      strings_(Array<char>::of(bytes.array<char>())),
      filter_(Array<std::uint64_t>::of(bytes.array<std::uint64_t>())) {
  const std::span<const Slot> slots = slots_.view();
  const auto empty = std::ranges::find(slots, kNone, &Slot::id);
  if (empty == slots.end()) bytes.fail("a table of tokens is full");
  if (strings_.size() < kPadding) bytes.fail("a table of tokens lacks its strings");
  if (!std::has_single_bit(filter_.size())) bytes.fail("the filter of a table of tokens is not a power of two");
  // Once around from behind an empty slot: a token is found if all slots from its home to its own are taken.
  std::size_t run = 0;  // taken slots before slot i
  auto i = static_cast<std::size_t>(empty - slots.begin());
  for (std::size_t left = slots.size(); left > 0; --left, i = after(i)) {
    const Slot& slot = slots[i];
    if (slot.id == kNone) {
      run = 0;
      continue;
    }
    const bool whole =
        slot.size <= kShort ? first_bytes(slot.key, slot.size) == slot.key : has_stored(begin_of(slot), slot.size);
    if (slot.id < 0 || !whole) bytes.fail("a token lies outside its table");
    const std::uint64_t hash = hash_of(slot);
    const std::size_t distance = i >= home(hash) ? i - home(hash) : i + slots.size() - home(hash);
    if (distance > run || !may_hold(hash) || (slot.size > kShort && (slot.key & kTag) != tag(hash)))
      bytes.fail("a token is misplaced");
    ++run;
    ++count_;
    longest_ = std::max<std::size_t>(longest_, slot.size);
  }
}

}  // namespace mana::text
