#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/array.h"
#include "mana/text/flat_bytes.h"
#include "mana/text/tokenizer.h"

namespace mana::text {

/// A map from strings to ids that answers in one or two cache misses: open addressing, the strings in one block.
class TokenTable {
 public:
  /// What find() may read behind the word.
  static constexpr std::size_t kPadding = 8;
  static constexpr TokenId kNone = -1;

  TokenTable() = default;
  /// A view of what compile() wrote, after a check that every token is found where it lies. Throws FormatError.
  explicit TokenTable(FlatReader& bytes);
  void compile(FlatWriter& bytes) const;

  /// For `count` tokens of `bytes` bytes in all; there may be more of both.
  void reserve(std::size_t count, std::size_t bytes);
  /// A token that is there already gets the new id. Returns where the table keeps the string, for stored().
  std::uint32_t insert(std::string_view token, TokenId id);
  bool has_stored(std::size_t begin, std::size_t size) const {
    const std::size_t end = strings_.size() - kPadding;
    return begin <= end && size <= end - begin;
  }
  std::string_view stored(std::uint32_t begin, std::size_t size) const { return {strings_.data() + begin, size}; }

  /// The id of a word that is followed by kPadding readable bytes; kNone when it is no token.
  TokenId find(const char* word, std::size_t size) const {
    return size <= kShort ? find_short(first(load(word), size), size) : find_long(word, size);
  }
  /// The same for a word anywhere.
  TokenId find(std::string_view word) const;

  /// Calls visit(token, id) for every token, in no particular order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_.view()) {
      if (slot.id != kNone) visit(token_of(slot), slot.id);
    }
  }

  std::size_t size() const { return count_; }
  std::size_t longest() const { return longest_; }  ///< bytes of the longest token

 private:
  // Words of up to eight bytes are their own key, so most look-ups touch one slot and nothing else. The key of a longer
  // word is half of its hash and where the token begins in strings_.
  static constexpr std::size_t kShort = 8;
  static_assert(std::endian::native == std::endian::little, "keys are bytes in the order of memory");
  struct Slot {
    std::uint64_t key;
    TokenId id = kNone;
    std::uint32_t size;
  };

  static std::uint64_t load(const char* bytes) {
    std::uint64_t value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }
  // The first `size` <= 8 bytes of a load.
  static std::uint64_t first(std::uint64_t value, std::size_t size) {
    return size == 0 ? 0 : value & (~std::uint64_t{0} >> (64 - size * 8));
  }
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Product = unsigned __int128;
    const Product product = static_cast<Product>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static constexpr std::uint64_t kSeed = 0x9E3779B97F4A7C15, kFactor = 0xD6E8FEB86659FD93;
  static std::uint64_t hash_short(std::uint64_t key, std::size_t size) { return mix(key ^ (kSeed + size), kFactor); }
  static std::uint64_t hash_long(const char* word, std::size_t size) {
    std::uint64_t hash = kSeed + size;
    for (; size > kShort; size -= 8, word += 8) hash = mix(hash ^ load(word), kFactor);
    return mix(hash ^ first(load(word), size), kFactor);
  }
  static bool equal(const char* token, const char* word, std::size_t size) {
    for (; size > 8; size -= 8, word += 8, token += 8) {
      if (load(token) != load(word)) return false;
    }
    return first(load(token) ^ load(word), size) == 0;
  }

  std::size_t home(std::uint64_t hash) const { return ((hash >> 32) * slots_.size()) >> 32; }
  std::size_t after(std::size_t slot) const { return slot + 1 == slots_.size() ? 0 : slot + 1; }
  static constexpr std::uint64_t kTag = 0xFFFFFFFF00000000;  // of a long word's key: the lower half of its hash
  static std::uint64_t tag(std::uint64_t hash) { return hash << 32; }

  // The slot that holds the word, or the empty one where it belongs. There are slots.
  std::size_t slot_short(std::uint64_t key, std::size_t size) const {
    std::size_t i = home(hash_short(key, size));
    while (slots_[i].id != kNone && (slots_[i].key != key || slots_[i].size != size)) i = after(i);
    return i;
  }
  std::size_t slot_long(const char* word, std::size_t size) const {
    const std::uint64_t hash = hash_long(word, size);
    std::size_t i = home(hash);
    while (slots_[i].id != kNone && ((slots_[i].key & kTag) != tag(hash) || slots_[i].size != size ||
                                     !equal(strings_.data() + begin_of(slots_[i]), word, size))) {
      i = after(i);
    }
    return i;
  }
  TokenId find_short(std::uint64_t key, std::size_t size) const { return slots_[slot_short(key, size)].id; }
  TokenId find_long(const char* word, std::size_t size) const { return slots_[slot_long(word, size)].id; }
  static std::uint32_t begin_of(const Slot& slot) { return static_cast<std::uint32_t>(slot.key); }
  std::string_view token_of(const Slot& slot) const {
    if (slot.size > kShort) return stored(begin_of(slot), slot.size);
    return {reinterpret_cast<const char*>(&slot.key), slot.size};
  }
  void rehash(std::size_t capacity);
  std::uint64_t hash_of(const Slot& slot) const {
    return slot.size <= kShort ? hash_short(slot.key, slot.size)
                               : hash_long(strings_.data() + begin_of(slot), slot.size);
  }

  Array<Slot> slots_ = Array(std::vector<Slot>(1));           // one of them is always empty
  Array<char> strings_ = Array(std::vector<char>(kPadding));  // ends with the padding
  std::size_t count_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace mana::text
