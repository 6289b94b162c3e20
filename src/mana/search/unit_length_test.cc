#include "mana/search/unit_length.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace mana::search {
namespace {

TEST(UnitLength, IsThatOfVectorsOfAnySize) {
  for (const float size : {1e-44f, 1e-30f, 1e-20f, 1.0f, 1e20f, 3e38f}) {
    std::vector<float> vector = {size, -size, 0, size};
    to_unit_length(vector);
    EXPECT_THAT(vector, testing::Pointwise(testing::FloatNear(1e-6f), {0.5773503f, -0.5773503f, 0.0f, 0.5773503f}))
        << size;
  }
  std::vector<float> zeros(20);
  to_unit_length(zeros);
  EXPECT_THAT(zeros, testing::Each(0.0f));
}

TEST(UnitLength, OfManyIsTheSameWithAnyNumberOfThreads) {
  const std::vector<float> values = {3, 4, 0, 0, 1e30f, -1e30f, 0.5f, 0};
  Team alone(1), three(3);
  const std::vector<float> unit = unit_length({values, 2}, alone);
  EXPECT_THAT(unit, testing::Pointwise(testing::FloatNear(1e-7f),
                                       {0.6f, 0.8f, 0.0f, 0.0f, 0.70710678f, -0.70710678f, 1.0f, 0.0f}));
  EXPECT_EQ(unit_length({values, 2}, three), unit);
}

}  // namespace
}  // namespace mana::search
