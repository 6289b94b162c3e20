#include "mana/explain/attention_numbers.h"

#include <gtest/gtest.h>

#include "mana/explain/distributions.h"

namespace mana::explain {
namespace {

using operations::AttentionWeights;

// Two heads of two queries over two keys.
const AttentionWeights kTwo{2, 2, 2, {}, {1, 0, 0.5F, 0.5F, /**/ 0, 1, 0.5F, 0.5F}};

TEST(AttentionNumbers, AreMeansOverQueries) {
  Team team(1);
  const LayerNumbers numbers = attention_numbers(kTwo, 1, team);
  ASSERT_EQ(numbers.heads.size(), 2);
  for (const HeadNumbers& head : numbers.heads) {
    EXPECT_EQ(head.entropy, 0.5);
    EXPECT_EQ(head.below_uniform, 0.25);
    EXPECT_EQ(head.top_mass, 0.75);
  }
  EXPECT_EQ(numbers.divergence, 0.5) << "1 bit for the first query, none for the second";
}

TEST(AttentionNumbers, TheDivergenceIsAMeanOverThePairsOfHeads) {
  AttentionWeights three = kTwo;
  three.heads = 3;
  three.values.insert(three.values.end(), {1, 0, 1, 0});  // as the first one, then half apart from either
  Team team(1);
  const double half = jensen_shannon(std::vector<float>{1, 0}, std::vector<float>{0.5F, 0.5F});
  EXPECT_DOUBLE_EQ(*attention_numbers(three, 1, team).divergence, (1 + 1 + 2 * half) / 3 / 2);
}

TEST(AttentionNumbers, AHeadAloneDiffersFromNone) {
  Team team(1);
  EXPECT_FALSE(attention_numbers({1, 1, 2, {}, {0.25F, 0.75F}}, 1, team).divergence);
}

// Keys that a query cannot see have no weight, but are no small weights either: query 0 of a decoder has N = 1.
TEST(AttentionNumbers, CountOnlyWhatAQuerySees) {
  Team team(1);
  const AttentionWeights causal{1, 3, 3, kernels::Reach::causal(), {1, 0, 0, 0.5F, 0.5F, 0, 0.25F, 0.25F, 0.5F}};
  const HeadNumbers head = attention_numbers(causal, 1, team).heads.at(0);
  EXPECT_DOUBLE_EQ(head.entropy, (0 + 1 + 1.5) / 3);
  EXPECT_DOUBLE_EQ(head.below_uniform, (0 + 0 + 2.0 / 3) / 3);
  EXPECT_DOUBLE_EQ(head.top_mass, (1 + 0.5 + 0.5) / 3);
}

TEST(AttentionNumbers, AreTheSameBitsForATeamOfThreads) {
  AttentionWeights weights{5, 7, 11, {}, std::vector<float>(5 * 7 * 11)};
  for (std::size_t i = 0; i < weights.values.size(); ++i) weights.values[i] = static_cast<float>(i % 13) / 66;
  Team alone(1), team(3);
  const LayerNumbers one = attention_numbers(weights, 3, alone), many = attention_numbers(weights, 3, team);
  EXPECT_EQ(one.divergence, many.divergence);
  for (std::size_t head = 0; head < 5; ++head) EXPECT_EQ(one.heads[head].entropy, many.heads[head].entropy);
}

}  // namespace
}  // namespace mana::explain
