#include "mana/models/shape/formula.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"

namespace mana::models {
namespace {

const Formula d("d", 1024), v("V", 70'000);

TEST(Formula, IsWrittenAsTheFieldWritesIt) {
  EXPECT_EQ((4 * (squared(d) + d)).text(), "4(d² + d)");
  EXPECT_EQ((4 * (squared(d) + d)).value(), 4'198'400U);
  EXPECT_EQ((d * v + v).text(), "d·V + V");
  EXPECT_EQ((d * v + v).value(), 71'750'000U);
  EXPECT_EQ((2 * squared(d * v)).text(), "2(d·V)²");
  EXPECT_EQ((d * (d + v)).text(), "d·(d + V)");
  EXPECT_EQ((1 * d).text(), "d");
  EXPECT_EQ((Formula() + d).text(), "d") << "nothing adds nothing";
}

TEST(Formula, RefusesWhatCannotBeCounted) {
  const Formula large("L", std::uint64_t{1} << 40);
  EXPECT_THROW(squared(large), ArgumentError);
  EXPECT_THROW((std::uint64_t{1} << 30) * large, ArgumentError);
  EXPECT_THROW(Formula("a", ~std::uint64_t{0}) + Formula("b", 1), ArgumentError);
}

}  // namespace
}  // namespace mana::models
