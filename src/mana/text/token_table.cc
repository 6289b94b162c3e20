#include "mana/text/token_table.h"

#include <algorithm>

namespace mana::text {

void TokenTable::reserve(std::size_t count, std::size_t bytes) {
  strings_.reserve(bytes + kPadding);
  if (count * 3 / 2 + 2 > slots_.size()) rehash(count * 3 / 2 + 2);
}

std::uint32_t TokenTable::insert(std::string_view token, TokenId id) {
  if ((count_ + 1) * 3 / 2 >= slots_.size()) rehash(slots_.size() * 2 + 16);
  const auto begin = strings_.size() - kPadding;
  strings_.insert(begin, token);  // before the padding
  const char* word = strings_.data() + begin;
  const std::size_t size = token.size();
  const bool is_short = size <= kShort;
  Slot& slot = slots_[is_short ? slot_short(first(load(word), size), size) : slot_long(word, size)];
  if (slot.id == kNone) {
    slot.key = is_short ? first(load(word), size) : tag(hash_long(word, size)) | begin;
    slot.size = static_cast<std::uint32_t>(size);
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
  std::vector<Slot> old(capacity);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.id == kNone) continue;
    const bool is_short = slot.size <= kShort;
    slots_[is_short ? slot_short(slot.key, slot.size) : slot_long(strings_.data() + begin_of(slot), slot.size)] = slot;
  }
}

}  // namespace mana::text
