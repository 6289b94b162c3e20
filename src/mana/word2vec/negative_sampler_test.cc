#include "mana/word2vec/negative_sampler.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mana::word2vec {
namespace {

TEST(NegativeSampler, DrawsByTheCountToTheThreeQuarters) {
  std::vector<std::uint64_t> counts;
  for (std::uint64_t word = 1; word <= 300; ++word) counts.push_back(1'000'000 / (word * word) + 1);
  double sum = 0;
  for (const std::uint64_t count : counts) sum += std::pow(static_cast<double>(count), 0.75);
  const NegativeSampler sampler(counts);
  Random random(7);
  constexpr int kDraws = 2'000'000;
  std::vector<int> drawn(counts.size());
  for (int i = 0; i < kDraws; ++i) ++drawn[sampler(random)];
  for (std::size_t word = 0; word < counts.size(); ++word) {
    const double share = std::pow(static_cast<double>(counts[word]), 0.75) / sum;
    const double deviation = std::sqrt(share * (1 - share) / kDraws);
    EXPECT_NEAR(drawn[word] / static_cast<double>(kDraws), share, 5 * deviation) << word;
  }
}

TEST(NegativeSampler, DrawsTheOnlyWord) {
  const std::uint64_t count = 3;
  const NegativeSampler sampler({&count, 1});
  Random random(1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sampler(random), 0u);
}

}  // namespace
}  // namespace mana::word2vec
