#include "mana/data/pair_batches.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mana/base/errors.h"
#include "mana/base/random.h"

namespace mana::data {
namespace {

std::vector<PairLength> lengths_of(std::size_t pairs, std::uint32_t longest, std::uint64_t seed = 3) {
  Random random(seed);
  std::vector<PairLength> lengths(pairs);
  for (PairLength& length : lengths) {
    length.source = 2 + random.below(longest);
    length.target = std::max<std::uint32_t>(2, length.source + random.below(5) - 2);
  }
  return lengths;
}

void expect_each_once(const std::vector<std::vector<std::uint32_t>>& batches, std::size_t pairs) {
  std::vector<std::uint32_t> all;
  for (const auto& batch : batches) {
    EXPECT_FALSE(batch.empty());
    all.insert(all.end(), batch.begin(), batch.end());
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), pairs);
  for (std::size_t i = 0; i < pairs; ++i) EXPECT_EQ(all[i], i);
}

TEST(PairBatches, NoPairIsLostOrSeenTwiceInAnyEpoch) {
  for (const std::size_t pairs : {1, 2, 3, 17, 500, 5000}) {
    for (const std::uint32_t longest : {1, 30, 300}) {
      const std::vector<PairLength> lengths = lengths_of(pairs, longest);
      for (const std::size_t tokens : {1, 60, 1000, 100'000'000}) {
        const PairBatches batches(lengths, tokens);
        for (std::uint64_t epoch = 0; epoch < 5; ++epoch) {
          const auto plan = batches.of_epoch(7, epoch);
          EXPECT_EQ(plan.size(), batches.count());
          expect_each_once(plan, pairs);
        }
        expect_each_once(batches.in_order(), pairs);
      }
    }
  }
}

TEST(PairBatches, ABatchHasAboutItsTokens) {
  const std::vector<PairLength> lengths = lengths_of(5000, 30);
  const PairBatches batches(lengths, 2000);
  for (const auto& batch : batches.of_epoch(1, 1)) {
    std::size_t tokens = 0;
    for (const std::uint32_t pair : batch) tokens += lengths[pair].tokens();
    EXPECT_GT(tokens, 1900);
    EXPECT_LT(tokens, 2070);
  }
}

TEST(PairBatches, PairsOfABatchAreAlikeInLength) {
  const std::vector<PairLength> lengths = lengths_of(5000, 30);
  std::size_t alike = 0;
  const auto plan = PairBatches(lengths, 2000).of_epoch(1, 0);
  for (const auto& batch : plan) {
    const auto [least, most] = std::ranges::minmax(batch, {}, [&](std::uint32_t pair) { return lengths[pair].target; });
    alike += lengths[most].target - lengths[least].target <= 8 ? 1 : 0;
  }
  EXPECT_GT(alike, plan.size() * 9 / 10);
}

TEST(PairBatches, SeedAndEpochDecideWhoStandsTogether) {
  const std::vector<PairLength> lengths = lengths_of(1000, 30);
  const PairBatches batches(lengths, 1000);
  EXPECT_EQ(batches.of_epoch(1, 2), batches.of_epoch(1, 2));
  EXPECT_NE(batches.of_epoch(1, 2), batches.of_epoch(1, 3));
  EXPECT_NE(batches.of_epoch(1, 2), batches.of_epoch(2, 2));
  // Not the same batches in another order either.
  auto one = batches.of_epoch(1, 2), other = batches.of_epoch(1, 3);
  for (auto* plan : {&one, &other}) {
    for (auto& batch : *plan) std::sort(batch.begin(), batch.end());
    std::sort(plan->begin(), plan->end());
  }
  EXPECT_NE(one, other);
}

TEST(PairBatches, NothingToLearnFromIsRefused) {
  EXPECT_THROW(PairBatches({}, 100), ArgumentError);
  const std::vector<PairLength> lengths = lengths_of(3, 4);
  EXPECT_THROW(PairBatches(lengths, 0), ArgumentError);
}

}  // namespace
}  // namespace mana::data
