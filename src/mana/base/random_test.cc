#include "mana/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace mana {
namespace {

TEST(Random, TheFirstNumbersOfSplitMix64) {
  Random random(1234567);  // as published with the generator
  EXPECT_EQ(random.next(), 6457827717110365317ULL);
  EXPECT_EQ(random.next(), 3203168211198807973ULL);
  EXPECT_EQ(random.next(), 9817491932198370423ULL);
}

TEST(Random, BelowIsEven) {
  Random random(1);
  std::array<int, 7> counts = {};
  for (int i = 0; i < 70'000; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Random, ShuffleKeepsTheValuesAndReachesEveryOrder) {
  std::array<int, 6> seen = {};
  for (std::uint64_t key = 0; key < 600; ++key) {
    std::vector<int> values = {0, 1, 2};
    Random(Random::key(5, key)).shuffle(values);
    ++seen[static_cast<std::size_t>(values[0] * 2 + (values[1] > values[2] ? 1 : 0))];
    std::sort(values.begin(), values.end());
    EXPECT_EQ(values, (std::vector<int>{0, 1, 2}));
  }
  for (const int count : seen) EXPECT_NEAR(count, 100, 50);
}

TEST(Random, StreamsDiffer) {
  EXPECT_NE(Random::key(1, 2), Random::key(2, 1));
  EXPECT_NE(Random(Random::key(1, 0)).next(), Random(Random::key(1, 1)).next());
}

}  // namespace
}  // namespace mana
