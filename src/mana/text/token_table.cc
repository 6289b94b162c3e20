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
  const std::uint64_t hash = hash_of(strings_.data() + begin, token.size());
  Slot& slot = slot_for(hash, strings_.data() + begin, token.size());
  if (slot.id != kNone) {
    slot.id = id;
    strings_.erase(begin, token.size());
    return slot.begin;
  }
  slot = {tag_of(hash), id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(token.size())};
  ++count_;
  longest_ = std::max(longest_, token.size());
  return slot.begin;
}

TokenId TokenTable::find(std::string_view word) const {
  if (word.size() > longest_) return kNone;
  std::string padded(word);
  padded.append(kPadding, '\0');
  return find(padded.data(), word.size());
}

TokenTable::Slot& TokenTable::slot_for(std::uint64_t hash, const char* word, std::size_t size) {
  for (std::size_t i = home(hash);; i = i + 1 == slots_.size() ? 0 : i + 1) {
    Slot& slot = slots_[i];
    if (slot.id == kNone) return slot;
    if (slot.tag == tag_of(hash) && slot.size == size && equal(strings_.data() + slot.begin, word, size)) return slot;
  }
}

void TokenTable::rehash(std::size_t capacity) {
  std::vector<Slot> old(capacity);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.id == kNone) continue;
    const char* token = strings_.data() + slot.begin;
    slot_for(hash_of(token, slot.size), token, slot.size) = slot;
  }
}

}  // namespace mana::text
