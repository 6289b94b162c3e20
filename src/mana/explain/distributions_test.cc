#include "mana/explain/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace mana::explain {
namespace {

const std::vector<float> kHalves = {0.5F, 0.25F, 0.125F, 0.125F}, kOne = {0, 1, 0, 0};

std::vector<float> uniform(std::size_t size) { return std::vector<float>(size, 1 / static_cast<float>(size)); }

TEST(Distributions, EntropyIsInBits) {
  EXPECT_DOUBLE_EQ(entropy(kHalves), 0.5 * 1 + 0.25 * 2 + 2 * 0.125 * 3);
  EXPECT_EQ(entropy(kOne), 0);
  for (const std::size_t size : {1, 2, 7, 512}) EXPECT_NEAR(entropy(uniform(size)), std::log2(size), 1e-6) << size;
}

TEST(Distributions, WhatHasItsEvenShareIsNotBelowIt) {
  EXPECT_EQ(share_below_uniform(kHalves), 0.5);
  EXPECT_EQ(share_below_uniform(kOne), 0.75);
  for (std::size_t size = 1; size < 600; ++size) EXPECT_EQ(share_below_uniform(uniform(size)), 0) << size;
}

TEST(Distributions, TheLargestAreSummedWhereverTheyStand) {
  const std::vector<float> p = {0.125F, 0.5F, 0.125F, 0.25F};
  EXPECT_EQ(mass_of_largest(p, 0), 0);
  EXPECT_EQ(mass_of_largest(p, 1), 0.5);
  EXPECT_EQ(mass_of_largest(p, 2), 0.75);
  EXPECT_EQ(mass_of_largest(p, 3), 0.875);
  EXPECT_EQ(mass_of_largest(p, 9), 1);
}

TEST(Distributions, TheDivergenceGoesFromNoneToOneBit) {
  EXPECT_EQ(jensen_shannon(kHalves, kHalves), 0);
  const std::vector<float> other = {0, 0, 0.75F, 0.25F}, apart = {0.5F, 0.5F, 0, 0};
  EXPECT_DOUBLE_EQ(jensen_shannon(other, apart), 1);
  EXPECT_EQ(jensen_shannon(kHalves, kOne), jensen_shannon(kOne, kHalves));
}

/// (KL(p ‖ m) + KL(q ‖ m)) / 2, m = (p + q) / 2: how Lin's paper comes to it.
TEST(Distributions, TheDivergenceIsTheMeanOfTwoOfKullbackAndLeibler) {
  const std::vector<float> p = kHalves, q = {0.0625F, 0.0625F, 0.375F, 0.5F};
  double sum = 0;
  for (std::size_t j = 0; j < p.size(); ++j) {
    const double m = (p[j] + q[j]) / 2;
    sum += p[j] * std::log2(p[j] / m) / 2 + q[j] * std::log2(q[j] / m) / 2;
  }
  EXPECT_NEAR(jensen_shannon(p, q), sum, 1e-6);
}

}  // namespace
}  // namespace mana::explain
