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

// Each is what Python's str.lower() gives.
TEST(LowerCase, WritesASigmaAtTheEndOfAWordAsGreekDoes) {
  EXPECT_EQ(lower_case("ΟΔΟΣ"), "οδος");
  EXPECT_EQ(lower_case("ΟΔΟΣ. ΣΑΣ Σ ΑΣ.Α Σ' ΑΣ\u0301 ΑΣ1 1Σ"), "οδος. σας σ ασ.α σ' ας\u0301 ας1 1σ");
  EXPECT_EQ(lower_case("σΣσΣ ςΣ İΣ ΑΣΣ ΣΣ"), "σσσς ςς i̇ς ασς σς");
  EXPECT_EQ(lower_case("οδοσ Α’Σ Α\u00ADΣ\u200D"), "οδοσ α’ς α\u00ADς\u200D");
}

TEST(LowerCase, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(lower_case("A\xff"
                       "B"),
            "a\uFFFD"
            "b");
}

}  // namespace
}  // namespace mana::text
