#include "mana/search/similarity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace mana::search {
namespace {

TEST(Similarity, FollowsItsFormulas) {
  const std::vector<float> a = {3, 4}, b = {4, 3}, zero = {0, 0};
  EXPECT_FLOAT_EQ(similarity(Similarity::cosine, a, b), 24.0f / 25);
  EXPECT_FLOAT_EQ(similarity(Similarity::dot, a, b), 24);
  EXPECT_FLOAT_EQ(similarity(Similarity::euclidean, a, b), -std::sqrt(2.0f));
  EXPECT_FLOAT_EQ(similarity(Similarity::manhattan, a, b), -2);
  EXPECT_EQ(similarity(Similarity::cosine, a, zero), 0);
  EXPECT_EQ(similarity(Similarity::cosine, zero, zero), 0);
  // However long the vectors, whatever rounding does.
  for (const float scale : {1e-40f, 1e-30f, 1.0f, 1e30f}) {
    const std::vector<float> c = {3 * scale, 4 * scale}, d = {4 * scale, 3 * scale};
    EXPECT_NEAR(similarity(Similarity::cosine, c, d), 24.0 / 25, 1e-4);
  }
  std::vector<float> x(384);
  for (int i = 0; i < 2000; ++i) {
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = std::sin(static_cast<float>(i * 384 + static_cast<int>(k)));
    ASSERT_LE(similarity(Similarity::cosine, x, x), 1);
    std::vector<float> opposite = x;
    for (float& value : opposite) value *= -1.7f;
    ASSERT_GE(similarity(Similarity::cosine, x, opposite), -1);
  }
}

}  // namespace
}  // namespace mana::search
