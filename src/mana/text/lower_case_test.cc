#include "mana/text/lower_case.h"

#include <gtest/gtest.h>

namespace mana::text {
namespace {

TEST(LowerCase, MapsEveryScript) {
  EXPECT_EQ(lower_case(""), "");
  EXPECT_EQ(lower_case("Ein GROSSER Straßenbahn 42"), "ein grosser straßenbahn 42");
  EXPECT_EQ(lower_case("ΑΒΓ ЖЗИ İ"), "αβγ жзи i̇");
  EXPECT_EQ(lower_case("سلام"), "سلام");
}

TEST(LowerCase, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(lower_case("A\xff"
                       "B"),
            "a\uFFFD"
            "b");
}

}  // namespace
}  // namespace mana::text
