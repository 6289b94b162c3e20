#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mana/base/random.h"

namespace mana::word2vec {

/// Draws words with probability count^¾ / Σ count^¾ by Walker's alias method (Vose 1991): one number, one look into a
/// table of 8 bytes a word, which stays in the cache where a table of a hundred million entries does not.
class NegativeSampler {
 public:
  explicit NegativeSampler(std::span<const std::uint64_t> counts, double power = 0.75);

  std::uint32_t operator()(Random& random) const {
    const std::uint64_t bits = random.next();
    const auto word = static_cast<std::uint32_t>((bits >> 32U) * columns_.size() >> 32U);
    const Column& column = columns_[word];
    return static_cast<std::uint32_t>(bits) < column.own ? word : column.other;
  }

 private:
  struct Column {
    std::uint32_t own;  ///< the share of the column's own word, in 1/2³²
    std::uint32_t other;
  };
  std::vector<Column> columns_;
};

}  // namespace mana::word2vec
