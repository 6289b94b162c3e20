#include "mana/word2vec/vocabulary.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "mana/base/errors.h"

namespace mana::word2vec {
namespace {

constexpr std::size_t kFirstSlots = std::size_t{1} << 16;

/// Multiply and fold, eight bytes at a time: words are short.
std::uint32_t hash_of(std::string_view word) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  std::uint64_t hash = word.size() * kFactor;
  const auto mix = [&](const char* from, std::size_t size) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, size);
    hash = (hash ^ bytes) * kFactor;
    hash ^= hash >> 32U;
  };
  std::size_t at = 0;
  for (; at + sizeof(hash) <= word.size(); at += sizeof(hash)) mix(word.data() + at, sizeof(hash));
  if (at < word.size()) mix(word.data() + at, word.size() - at);
  return static_cast<std::uint32_t>(hash);
}

}  // namespace

WordCounter::WordCounter(std::size_t limit) : limit_(limit), slots_(kFirstSlots) {}

std::string_view WordCounter::word(std::uint32_t number) const {
  const std::uint64_t begin = number == 0 ? 0 : ends_[number - 1];
  return {letters_.data() + begin, static_cast<std::size_t>(ends_[number] - begin)};
}

std::uint32_t WordCounter::add(std::string_view word) {
  const std::uint32_t hash = hash_of(word);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at].number != kNone; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && this->word(slot.number) == word) {
      ++counts_[slot.number];
      return slot.number;
    }
  }
  // The last numbers are kept for what is no word.
  if (counts_.size() >= kNone - 2) throw ArgumentError("the text has more than 4 billion different words");
  const auto number = static_cast<std::uint32_t>(counts_.size());
  letters_.insert(letters_.end(), word.begin(), word.end());
  ends_.push_back(letters_.size());
  counts_.push_back(1);
  slots_[at] = {hash, number};
  ++held_;
  if (held_ > limit_) forget_rarest();
  if (held_ * 2 > slots_.size()) grow();
  return number;
}

void WordCounter::insert(Slot slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = slot.hash & mask;
  while (slots_[at].number != kNone) at = (at + 1) & mask;
  slots_[at] = slot;
}

void WordCounter::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.number != kNone) insert(slot);
}

/// As word2vec.c does: at first what was seen once, the next time what was seen twice or less, …
void WordCounter::forget_rarest() {
  std::vector<Slot> old(slots_.size());
  old.swap(slots_);
  held_ = 0;
  for (const Slot& slot : old) {
    if (slot.number == kNone) continue;
    if (counts_[slot.number] <= rarest_) {
      counts_[slot.number] = 0;
    } else {
      insert(slot);
      ++held_;
    }
  }
  ++rarest_;
}

WordCounter::Choice WordCounter::choose(std::uint64_t min_count, std::size_t limit) const {
  std::vector<std::uint32_t> order;
  for (std::uint32_t number = 0; number < counts_.size(); ++number)
    if (counts_[number] >= std::max<std::uint64_t>(min_count, 1)) order.push_back(number);
  // Of words that are there as often, the first one comes first.
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return counts_[a] != counts_[b] ? counts_[a] > counts_[b] : a < b;
  });
  if (limit != 0 && order.size() > limit) order.resize(limit);
  Choice choice;
  choice.places.assign(counts_.size(), kNone);
  choice.words.words.reserve(order.size());
  choice.words.counts.reserve(order.size());
  for (const std::uint32_t number : order) {
    choice.places[number] = static_cast<std::uint32_t>(choice.words.size());
    choice.words.words.emplace_back(word(number));
    choice.words.counts.push_back(counts_[number]);
  }
  return choice;
}

}  // namespace mana::word2vec
