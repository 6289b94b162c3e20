#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mana::text {

/// Words are read eight bytes at a time, so there are readable bytes behind each.
inline constexpr std::size_t kWordPadding = 8;

static_assert(std::endian::native == std::endian::little, "eight bytes are a number in the order of memory");

inline std::uint64_t load(const char* bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

/// The first `size` <= 8 bytes of a load.
inline std::uint64_t first_bytes(std::uint64_t value, std::size_t size) {
  return size == 0 ? 0 : value & (~std::uint64_t{0} >> (64 - size * 8));
}

/// Whether two words of `size` bytes are the same.
inline bool same_word(const char* left, const char* right, std::size_t size) {
  for (; size > 8; size -= 8, left += 8, right += 8) {
    if (load(left) != load(right)) return false;
  }
  return first_bytes(load(left) ^ load(right), size) == 0;
}

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t kHashSeed = 0x9E3779B97F4A7C15, kHashFactor = 0xD6E8FEB86659FD93;

inline std::uint64_t hash_word(const char* word, std::size_t size) {
  std::uint64_t hash = kHashSeed + size;
  for (; size > 8; size -= 8, word += 8) hash = mix(hash ^ load(word), kHashFactor);
  return mix(hash ^ first_bytes(load(word), size), kHashFactor);
}

}  // namespace mana::text
