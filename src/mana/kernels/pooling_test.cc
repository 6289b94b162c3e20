#include "mana/kernels/pooling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace mana::kernels {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

const std::vector<float> kTokens = {1, -4, 2, 5, 6, 2};  // three tokens of two values

std::vector<float> pooled(Pooling pooling, std::size_t skip = 0, const std::vector<float>& tokens = kTokens) {
  std::vector<float> out(2, 99.0f);
  pool(pooling, tokens, 2, skip, out);
  return out;
}

TEST(Pooling, FollowsItsFormulas) {
  EXPECT_THAT(pooled(Pooling::cls), ElementsAre(1, -4));
  EXPECT_THAT(pooled(Pooling::last_token), ElementsAre(6, 2));
  EXPECT_THAT(pooled(Pooling::max), ElementsAre(6, 5));
  EXPECT_THAT(pooled(Pooling::mean), ElementsAre(3, 1));
  EXPECT_THAT(pooled(Pooling::mean_sqrt_len), ElementsAre(FloatEq(9 / std::sqrt(3.0f)), FloatEq(3 / std::sqrt(3.0f))));
  EXPECT_THAT(pooled(Pooling::weighted_mean), ElementsAre(FloatEq(23 / 6.0f), FloatEq(12 / 6.0f)));
}

TEST(Pooling, APromptIsLeftOut) {
  EXPECT_THAT(pooled(Pooling::cls, 1), ElementsAre(2, 5));
  EXPECT_THAT(pooled(Pooling::max, 1), ElementsAre(6, 5));
  EXPECT_THAT(pooled(Pooling::mean, 1), ElementsAre(4, 3.5f));
  EXPECT_THAT(pooled(Pooling::weighted_mean, 1), ElementsAre(FloatEq(22 / 5.0f), FloatEq(16 / 5.0f)));
}

TEST(Pooling, NothingLeftGivesZeroMeans) {
  EXPECT_THAT(pooled(Pooling::mean, 5), ElementsAre(0, 0));
  for (const Pooling pooling : {Pooling::cls, Pooling::max, Pooling::mean, Pooling::last_token}) {
    EXPECT_THAT(pooled(pooling, 0, {}), ElementsAre(0, 0));
  }
}

TEST(Normalize, GivesLengthOneAndLeavesZeroAlone) {
  std::vector<float> vector = {3, 4}, zero = {0, 0};
  normalize(vector);
  normalize(zero);
  EXPECT_THAT(vector, ElementsAre(FloatEq(0.6f), FloatEq(0.8f)));
  EXPECT_THAT(zero, ElementsAre(0, 0));
}

}  // namespace
}  // namespace mana::kernels
