#include "mana/cli/shell/nearest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mana::cli {
namespace {

TEST(Nearest, FindsSlipsOfTheFinger) {
  const std::vector<std::string> commands = {"embed", "similarity", "tokenize", "inspect", "verify", "eval", "bench"};
  EXPECT_EQ(nearest("embd", commands), "embed");
  EXPECT_EQ(nearest("emebd", commands), "embed");
  EXPECT_EQ(nearest("tokenise", commands), "tokenize");
  EXPECT_EQ(nearest("similarty", commands), "similarity");
  EXPECT_EQ(nearest("eva", commands), "eval");
  EXPECT_EQ(nearest("verify", commands), "verify");
}

TEST(Nearest, TakesCapitalsForSmallLetters) {
  const std::vector<std::string> options = {"--model", "--isa", "Upper"};
  EXPECT_EQ(nearest("--Model", options), "--model");
  EXPECT_EQ(nearest("--MODLE", options), "--model");
  EXPECT_EQ(nearest("upper", options), "Upper");
}

TEST(Nearest, DoesNotGuessWildly) {
  const std::vector<std::string> commands = {"embed", "eval"};
  EXPECT_EQ(nearest("dance", commands), std::nullopt);
  EXPECT_EQ(nearest("", commands), std::nullopt);
  EXPECT_EQ(nearest("x", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(1 << 20, 'e'), commands), std::nullopt);
}

}  // namespace
}  // namespace mana::cli
