#pragma once

#include <cstddef>
#include <cstdint>

#include "mana/data/pretraining/token_file.h"

/// The bytes of a token file, in the order of the machine (little-endian):
///
///   TokenFileHeader
///   tokens           [tokens] of `width` bytes, and zeros up to a multiple of eight
///   sentence bounds  [sentences + 1] in tokens
///   document bounds  [documents + 1] in sentences
///   document sums    [documents]
namespace mana::data {

inline constexpr char kTokenFileMagic[8] = {'M', 'A', 'N', 'A', 'T', 'O', 'K', '\n'};
/// Files of another version are recognised, not read. It changes with the form, and with how texts become sentences.
inline constexpr std::uint32_t kTokenFileVersion = 1;

struct TokenFileHeader {
  char magic[8];
  std::uint32_t version;
  std::uint32_t width;  ///< of a token: 2 where the vocabulary allows, else 4
  TokenOrigin origin;
  std::uint64_t tokens, sentences, documents;
  std::uint64_t content_sum;  ///< BlockSum of all that follows the header
  std::uint64_t header_sum;   ///< XXH64 of the header before it
};
static_assert(sizeof(TokenFileHeader) == 80);

inline std::uint32_t token_width(std::uint64_t vocabulary) { return vocabulary <= 0x10000 ? 2 : 4; }

}  // namespace mana::data
