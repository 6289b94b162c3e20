#pragma once

#include <cstdint>

namespace mana::word2vec {

/// The positive pairs of a text of L words, each with up to c words on either side:
///
///   Σ_{i=1..L} min(i-1, c) + min(L-i, c)  =  L (L-1) where L ≤ c + 1,  c (2L - c - 1) otherwise.
constexpr std::uint64_t positive_pairs(std::uint64_t length, std::uint64_t window) {
  if (length == 0) return 0;
  return length <= window + 1 ? length * (length - 1) : window * (2 * length - window - 1);
}

}  // namespace mana::word2vec
