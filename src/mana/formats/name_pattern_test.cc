#include "mana/formats/name_pattern.h"

#include <gtest/gtest.h>

#include "mana/base/errors.h"

namespace mana::formats {
namespace {

bool matches(std::string_view pattern, std::string_view name) { return NamePattern(pattern, "p").matches(name); }
bool ends(std::string_view pattern, std::string_view name) { return NamePattern(pattern, "p").matches_end(name); }

TEST(NamePattern, MatchesAllOfAName) {
  EXPECT_TRUE(matches("query", "query"));
  EXPECT_FALSE(matches("query", "a.query"));
  EXPECT_TRUE(matches(R"(.*\.layer\.(0|1[0-2])\..*(query|value))", "encoder.layer.11.attention.self.value"));
  EXPECT_FALSE(matches(R"(.*\.layer\.(0|1[0-2])\..*(query|value))", "encoder.layer.13.attention.self.value"));
  EXPECT_TRUE(matches(R"(layer\.\d+\.[^.]+)", "layer.42.dense"));
  EXPECT_FALSE(matches(R"(layer\.\d+\.[^.]+)", "layer.42.a.dense"));
  EXPECT_TRUE(matches("a{2,3}b?", "aaa"));
  EXPECT_FALSE(matches("a{2,3}b?", "aaaa"));
  EXPECT_TRUE(matches("(?:ab)+?c|d", "ababc"));
  EXPECT_TRUE(matches("^x$", "x"));
}

TEST(NamePattern, MatchesTheEndOfANameAfterADot) {
  EXPECT_TRUE(ends("query", "encoder.layer.0.query"));
  EXPECT_FALSE(ends("query", "encoder.layer.0.subquery"));
  EXPECT_TRUE(ends(R"(layer\.1\.output\.dense)", "encoder.layer.1.output.dense"));
  EXPECT_FALSE(ends("^query", "encoder.query"));
  EXPECT_TRUE(ends("^encoder.*query", "encoder.layer.0.query"));
}

TEST(NamePattern, TakesNoTimeForHostilePatterns) {
  const std::string name(200, 'a');
  EXPECT_FALSE(matches("(a*)*b", name));
  EXPECT_FALSE(matches("((((a?){1000}){1000}){1000}){1000}b", name));
}

TEST(NamePattern, RefusesWhatItDoesNotKnow) {
  for (const char* pattern :
       {"(", ")", "[a", "a{2", "a{3,2}", "*a", "a**", "\\", "\\b", "(?=a)", "(?P<n>a)", "[z-a]", "^*"}) {
    EXPECT_THROW(NamePattern(pattern, "p"), FormatError) << pattern;
  }
  EXPECT_THROW(NamePattern(std::string(2000, 'a'), "p"), FormatError);
}

}  // namespace
}  // namespace mana::formats
