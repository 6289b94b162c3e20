#include "mana/text/regular_expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "mana/base/errors.h"
#include "mana/text/pattern_syntax.h"

namespace mana::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<std::string> matches(const RegularExpression& expression, std::string_view text) {
  std::vector<std::string> found;
  expression.for_each_match(text, {0, static_cast<std::uint32_t>(text.size())},
                            [&](Range range) { found.emplace_back(range.of(text)); });
  return found;
}

TEST(RegularExpression, FindsWhatOnigurumaFinds) {
  EXPECT_THAT(matches(RegularExpression(R"(\d+|\w)"), "é12 _-"), ElementsAre("é", "12", "_"));
  EXPECT_THAT(matches(RegularExpression(R"(^\w)"), "a\nb"), ElementsAre("a", "b"));  // of every line
  EXPECT_THAT(matches(RegularExpression(R"([\s]+)"), "a\u0085\u00a0b\u180e"), ElementsAre("\u0085\u00a0"));
  EXPECT_THAT(matches(RegularExpression(R"(\p{Han}|(a)(b)?)"), "中abー"), ElementsAre("中", "ab"));
  EXPECT_THAT(matches(RegularExpression::literal("a.b"), "axb a.b"), ElementsAre("a.b"));
}

TEST(RegularExpression, RefusesWhatItWouldUnderstandDifferently) {
  for (const char* pattern : {R"(\h)",    R"(\Ra)",     R"([a&&b])",  R"([[:alpha:]])", R"((?m:a))", R"((a)\1)",
                              R"(a{2}+)", R"((?<n>a))", R"(\p{^L})",  R"((*ACCEPT)a)",  R"((?R)a)",  R"([\S])",
                              R"(a**)",   R"(x(?i)a)",  R"((?i:ss))", R"(\)",           R"([a)",     R"((a)",
                              R"(a*)",    R"(\b)",      R"((?#c)a)",  R"(\Ka)",         R"(\u12)",   R"({a)"}) {
    EXPECT_THROW(RegularExpression{pattern}, ArgumentError) << pattern;
  }
  EXPECT_THAT([] { RegularExpression(std::string(20000, 'a')); },
              ThrowsMessage<ArgumentError>(HasSubstr("more than 10000 bytes")));
}

TEST(RegularExpression, GivesUpWhereASearchWouldNotEnd) {
  const std::string text(50000, 'a');
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT([&] { matches(RegularExpression("(a+)+b|(a|aa)+c"), text); },
              ThrowsMessage<ArgumentError>(HasSubstr("takes too long on a text of 50000 bytes")));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace mana::text
