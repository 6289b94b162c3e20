#include "mana/base/stored_option.h"

#include <gtest/gtest.h>

namespace mana {
namespace {

TEST(StoredOption, IsSaidByTheNameThatItHasInTheLibrary) {
  EXPECT_EQ(stored_option("--seed"), "`seed`");
  EXPECT_EQ(stored_option("--layer-decay"), "`layer_decay`");
  EXPECT_EQ(stored_option("the rows of --data, file 2,"), "the rows of `data`, file 2,");
  EXPECT_EQ(stored_option("ranges"), "ranges");
  EXPECT_EQ(stored_option(""), "");
}

}  // namespace
}  // namespace mana
