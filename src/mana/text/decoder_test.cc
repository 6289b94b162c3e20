#include "mana/text/decoder.h"

#include <gtest/gtest.h>

#include <string>

#include "mana/base/errors.h"

namespace mana::text {
namespace {

TEST(ReplaceDecoder, ReplacesInEveryToken) {
  TokenTexts tokens = {"abab", "c"};
  ReplaceDecoder{RegularExpression::literal("b"), "xx"}(tokens);
  EXPECT_EQ(tokens, (TokenTexts{"axxaxx", "c"}));
}

TEST(ReplaceDecoder, OfAChainThatGrowsWithoutEndIsRefused) {
  const ReplaceDecoder ten_times{RegularExpression::literal("a"), std::string(10, 'a')};
  TokenTexts tokens = {"a"};
  for (int i = 0; i < 7; ++i) ten_times(tokens);
  EXPECT_EQ(tokens[0].size(), 10'000'000U);
  EXPECT_THROW(ten_times(tokens), FormatError);
}

}  // namespace
}  // namespace mana::text
