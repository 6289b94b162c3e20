#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

/// What the reader and the writer of packed files share; docs/packed-model.md describes the bytes.
namespace mana::formats::packed {

static_assert(std::endian::native == std::endian::little, "numbers are little-endian, in files and in memory");

inline constexpr std::array<char, 8> kMagic = {'M', 'A', 'N', 'A', 'P', 'A', 'C', 'K'};
inline constexpr std::size_t kAlignment = 64;           ///< of sections in the file, hence in memory
inline constexpr std::size_t kMaxName = 1024;           ///< bytes
inline constexpr std::uint64_t kMaxIndex = 1ULL << 26;  ///< bytes

/// The first 64 bytes of a file.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = 0;
  std::uint32_t sections = 0;    ///< how many
  std::uint64_t file_size = 0;   ///< of the whole file, so that a cut is noticed
  std::uint64_t index_size = 0;  ///< the index follows the header
  std::uint64_t index_sum = 0;   ///< XXH64 of the index
  std::uint64_t sample = 0;      ///< PackedOrigin
  std::uint64_t content = 0;
  std::uint64_t header_sum = 0;  ///< XXH64 of the bytes before it
};
static_assert(sizeof(Header) == 64 && offsetof(Header, header_sum) == 56);

/// An entry of the index; the name follows it.
struct Entry {
  std::uint64_t offset = 0;  ///< from the beginning of the file
  std::uint64_t size = 0;    ///< bytes
  std::uint64_t sum = 0;     ///< XXH64 of them
  std::uint64_t name_size = 0;
};
static_assert(sizeof(Entry) == 32);

}  // namespace mana::formats::packed
