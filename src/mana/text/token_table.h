#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mana/text/array.h"
#include "mana/text/flat_bytes.h"
#include "mana/text/padded_word.h"
#include "mana/text/tokenizer.h"
#include "mana/text/utf8.h"

namespace mana::text {

/// A map from strings to ids that answers in one or two cache misses: open addressing, the strings in one block.
class TokenTable {
 public:
  /// What find() may read behind the word.
  static constexpr std::size_t kPadding = kWordPadding;
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
  TokenId find(const char* word, std::size_t size) const { return find(word, size, hash_word(word, size)); }
  /// The same in two steps, so that the memory of many words is fetched at once: prepare() begins to, and what it
  /// returns is for find().
  std::uint64_t prepare(const char* word, std::size_t size) const {
    const std::uint64_t hash = hash_word(word, size);
    __builtin_prefetch(slots_.data() + home(hash));
    return hash;
  }
  TokenId find(const char* word, std::size_t size, std::uint64_t hash) const {
    return slots_[slot_of(word, size, hash)].id;
  }
  /// The same for a word anywhere.
  TokenId find(std::string_view word) const;

  struct Match {
    TokenId id = kNone;
    std::size_t size = 0;
  };
  /// The longest token of at most `most` bytes that the word begins with, nothing shorter than a code point. The word
  /// has `size` bytes and kPadding readable ones behind it.
  Match longest_prefix(const char* word, std::size_t size, std::size_t most) const {
    for (most = std::min({most, size, longest_}); most > 0; --most) {
      // Tokens are whole code points, so a cut within one cannot be a token.
      if (most < size && is_continuation(word[most])) continue;
      const std::uint64_t hash = hash_word(word, most);
      if (!may_hold(hash)) continue;
      const TokenId id = find(word, most, hash);
      if (id != kNone) return {id, most};
    }
    return {};
  }

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
  struct Slot {
    std::uint64_t key;
    TokenId id = kNone;
    std::uint32_t size;
  };

  std::size_t home(std::uint64_t hash) const { return ((hash >> 32) * slots_.size()) >> 32; }
  std::size_t after(std::size_t slot) const { return slot + 1 == slots_.size() ? 0 : slot + 1; }
  static constexpr std::uint64_t kTag = 0xFFFFFFFF00000000;  // of a long word's key: the lower half of its hash
  static std::uint64_t tag(std::uint64_t hash) { return hash << 32; }

  // The slot that holds the word, or the empty one where it belongs. There are slots.
  std::size_t slot_of(const char* word, std::size_t size, std::uint64_t hash) const {
    std::size_t i = home(hash);
    if (size <= kShort) {
      const std::uint64_t key = first_bytes(load(word), size);
      while (slots_[i].id != kNone && (slots_[i].key != key || slots_[i].size != size)) i = after(i);
    } else {
      while (slots_[i].id != kNone && ((slots_[i].key & kTag) != tag(hash) || slots_[i].size != size ||
                                       !same_word(strings_.data() + begin_of(slots_[i]), word, size))) {
        i = after(i);
      }
    }
    return i;
  }

  // A bit for each token, by the lower half of its hash. Most words that are no token meet a zero, which costs less
  // than the way to an empty slot.
  static constexpr std::size_t kBitsPerToken = 8;
  std::size_t filter_bit(std::uint64_t hash) const { return hash & (filter_.size() * 64 - 1); }
  bool may_hold(std::uint64_t hash) const {
    const std::size_t bit = filter_bit(hash);
    return (filter_[bit / 64] >> (bit % 64) & 1) != 0;
  }
  void mark(std::uint64_t hash) {
    const std::size_t bit = filter_bit(hash);
    filter_.edit()[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }

  static std::uint32_t begin_of(const Slot& slot) { return static_cast<std::uint32_t>(slot.key); }
  std::string_view token_of(const Slot& slot) const {
    if (slot.size > kShort) return stored(begin_of(slot), slot.size);
    return {reinterpret_cast<const char*>(&slot.key), slot.size};
  }
  void rehash(std::size_t capacity);
  std::uint64_t hash_of(const Slot& slot) const {
    if (slot.size > kShort) return hash_word(strings_.data() + begin_of(slot), slot.size);
    return mix((kHashSeed + slot.size) ^ slot.key, kHashFactor);
  }

  Array<Slot> slots_ = Array(std::vector<Slot>(1));                     // one of them is always empty
  Array<char> strings_ = Array(std::vector<char>(kPadding));            // ends with the padding
  Array<std::uint64_t> filter_ = Array(std::vector<std::uint64_t>(1));  // a power of two
  std::size_t count_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace mana::text
