#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/tokenizer.h"

namespace mana::text {

/// A map from strings to ids that answers in one or two cache misses: open addressing, the strings in one block.
class TokenTable {
 public:
  /// What find() may read behind the word.
  static constexpr std::size_t kPadding = 8;
  static constexpr TokenId kNone = -1;

  /// For `count` tokens of `bytes` bytes in all; there may be more of both.
  void reserve(std::size_t count, std::size_t bytes);
  /// A token that is there already gets the new id. Returns where the table keeps the token, for stored().
  std::uint32_t insert(std::string_view token, TokenId id);
  std::string_view stored(std::uint32_t begin, std::size_t size) const { return {strings_.data() + begin, size}; }

  /// The id of a word that is followed by kPadding readable bytes; kNone when it is no token.
  TokenId find(const char* word, std::size_t size) const {
    if (slots_.empty()) return kNone;
    const std::uint64_t hash = hash_of(word, size);
    for (std::size_t i = home(hash);; i = i + 1 == slots_.size() ? 0 : i + 1) {
      const Slot& slot = slots_[i];
      if (slot.id == kNone) return kNone;
      if (slot.tag == tag_of(hash) && slot.size == size && equal(strings_.data() + slot.begin, word, size))
        return slot.id;
    }
  }
  /// The same for a word anywhere.
  TokenId find(std::string_view word) const;

  /// Calls visit(token, id) for every token, in no particular order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.id != kNone) visit(stored(slot.begin, slot.size), slot.id);
    }
  }

  std::size_t size() const { return count_; }
  std::size_t longest() const { return longest_; }  ///< bytes of the longest token

 private:
  struct Slot {
    std::uint32_t tag;
    TokenId id = kNone;
    std::uint32_t begin;
    std::uint32_t size;
  };

  static std::uint64_t load(const char* bytes) {
    std::uint64_t value;
    std::memcpy(&value, bytes, sizeof value);
    if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
    return value;
  }
  // The first `size` < 8 bytes of a load.
  static std::uint64_t first(std::uint64_t value, std::size_t size) {
    return value & ((std::uint64_t{1} << (size * 8)) - 1);
  }
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Product = unsigned __int128;
    const Product product = static_cast<Product>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static std::uint64_t hash_of(const char* word, std::size_t size) {
    constexpr std::uint64_t kSeed = 0x9E3779B97F4A7C15, kFactor = 0xD6E8FEB86659FD93;
    std::uint64_t hash = kSeed + size;
    for (; size >= 8; size -= 8, word += 8) hash = mix(hash ^ load(word), kFactor);
    return mix(hash ^ first(load(word), size), kFactor);
  }
  static bool equal(const char* token, const char* word, std::size_t size) {
    for (; size >= 8; size -= 8, word += 8, token += 8) {
      if (load(token) != load(word)) return false;
    }
    return first(load(token) ^ load(word), size) == 0;
  }
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  std::size_t home(std::uint64_t hash) const { return ((hash >> 32) * slots_.size()) >> 32; }
  Slot& slot_for(std::uint64_t hash, const char* word, std::size_t size);
  void rehash(std::size_t capacity);

  std::vector<Slot> slots_;
  std::string strings_ = std::string(kPadding, '\0');  // ends with the padding
  std::size_t count_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace mana::text
