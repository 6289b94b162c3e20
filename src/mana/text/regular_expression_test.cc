#include "mana/text/regular_expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "mana/base/errors.h"
#include "mana/text/crc32.h"
#include "mana/text/pattern_syntax.h"
#include "mana/text/utf8.h"

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

// What has a property, of all code points: by tools/golden/newer_properties.py.
TEST(RegularExpression, KnowsTheCharactersOfTheReference) {
  std::string all;
  std::vector<char32_t> code_points;
  for (char32_t c = 1; c < 0x110000; ++c) {
    if (c == 0xD800) c = 0xE000;
    char bytes[4];
    all.append(bytes, encode(c, bytes));
    code_points.insert(code_points.end(), all.size() - code_points.size(), c);
  }
  const std::pair<const char*, std::uint32_t> digests[] = {
      {R"(\p{L})", 0x530a92c0},   {R"(\p{M})", 0xfaae0284},
      {R"(\p{N})", 0xf6bfac52},   {R"(\p{P})", 0x222c7c80},
      {R"(\p{S})", 0x3aee5972},   {R"(\p{Z})", 0x82bb586b},
      {R"(\p{Lu})", 0xb490f4de},  {R"(\p{Nd})", 0x3607c4d4},
      {R"(\p{Han})", 0x794a37de}, {R"(\p{Latin})", 0x758c4381},
      {R"(\w)", 0x9a546ccf},      {R"(\s)", 0x3aa0ff18},
      {R"(\d)", 0x3607c4d4},      {R"(\D)", 0x6bfec4ba},
      {R"(\P{L})", 0x0ef392ae},   {R"([^\s\p{L}\p{N}])", 0xc2ecc1e4}};
  for (const auto& [pattern, digest] : digests) {
    std::string flags(0x110000, '\0');
    RegularExpression(pattern).for_each_match(all, {0, static_cast<std::uint32_t>(all.size())},
                                              [&](Range range) { flags[code_points[range.begin]] = '\1'; });
    EXPECT_EQ(crc32(0, flags), digest) << pattern;
  }
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

TEST(RegularExpression, GivesUpWhereAllMatchesOfATextWouldNotEnd) {
  const std::string text(300'000, 'a');
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT([&] { matches(RegularExpression("a(?=[^b]*b)|a"), text); },
              ThrowsMessage<ArgumentError>(HasSubstr("takes too long on a text of 300000 bytes")));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace mana::text
