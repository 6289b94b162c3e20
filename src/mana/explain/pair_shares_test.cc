#include "mana/explain/pair_shares.h"

#include <gtest/gtest.h>

#include <random>

#include "mana/search/similarity.h"

namespace mana::explain {
namespace {

std::vector<float> mean(const search::Vectors& x) {
  std::vector<float> mean(x.dimensions);
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t c = 0; c < x.dimensions; ++c) mean[c] += x[i][c] / static_cast<float>(x.size());
  }
  return mean;
}

TEST(PairShares, AreByHandWhatTheyAre) {
  const std::vector<float> x = {2, 0, /**/ 0, 2}, y = {1, 0};  // means (1, 1) and (1, 0)
  const PairShares shares = pair_shares({x, 2}, {y, 2});
  EXPECT_NEAR(shares.sum, 0.7071067811865475, 1e-15);
  EXPECT_NEAR(shares.at(0, 0), 0.7071067811865475, 1e-15);
  EXPECT_EQ(shares.at(1, 0), 0);
}

TEST(PairShares, SumToTheCosineOfTheMeans) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0.2F, 1);
  std::vector<float> x(7 * 24), y(4 * 24);
  for (float& each : x) each = normal(random);
  for (float& each : y) each = normal(random);
  const search::Vectors a{x, 24}, b{y, 24};
  const PairShares shares = pair_shares(a, b);
  EXPECT_NEAR(shares.sum, search::cosine(mean(a), mean(b)), 1e-6);
  double rows = 0, columns = 0;
  for (std::size_t i = 0; i < 7; ++i) rows += shares.of_row(i);
  for (std::size_t j = 0; j < 4; ++j) columns += shares.of_column(j);
  EXPECT_NEAR(rows, shares.sum, 1e-12);
  EXPECT_NEAR(columns, shares.sum, 1e-12);
}

TEST(PairShares, AreZeroWhereAMeanHasNoDirection) {
  const std::vector<float> x = {1, -2, /**/ -1, 2}, y = {1, 0};
  const PairShares shares = pair_shares({x, 2}, {y, 2});
  EXPECT_EQ(shares.sum, 0);
  EXPECT_EQ(shares.values, std::vector<double>(2));
}

}  // namespace
}  // namespace mana::explain
