#include "mana/word2vec/pairs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mana::word2vec {
namespace {

TEST(PositivePairs, AreTheSumOverAllWords) {
  for (std::uint64_t length = 0; length < 40; ++length) {
    for (std::uint64_t window = 1; window < 25; ++window) {
      std::uint64_t sum = 0;
      std::uint64_t counted = 0;
      for (std::uint64_t i = 1; i <= length; ++i) {
        sum += std::min(i - 1, window) + std::min(length - i, window);
        for (std::uint64_t k = 1; k <= length; ++k)
          if (k != i && std::max(i, k) - std::min(i, k) <= window) ++counted;
      }
      EXPECT_EQ(positive_pairs(length, window), sum);
      EXPECT_EQ(positive_pairs(length, window), counted);
    }
  }
  static_assert(positive_pairs(1000, 5) == 5 * (2 * 1000 - 5 - 1));
}

}  // namespace
}  // namespace mana::word2vec
