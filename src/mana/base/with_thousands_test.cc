#include "mana/base/with_thousands.h"

#include <gtest/gtest.h>

namespace mana {
namespace {

TEST(WithThousands, SetsThousandsApart) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(176'357'376), "176,357,376");
}

}  // namespace
}  // namespace mana
