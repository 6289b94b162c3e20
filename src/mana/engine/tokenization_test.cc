// Many texts at once have the tokens of each alone, however many threads there are and whatever was read before.
#include "mana/engine/tokenization.h"

#include <gtest/gtest.h>

#include "mana/base/random.h"
#include "tests/support/source_path.h"

namespace mana::engine {
namespace {

class TokenizationTest : public testing::Test {
 protected:
  TokenizationTest() {
    const std::string words[] = {"the", "cat", "sat", "on", "mat", "unbelievable", "42", "!", "çà", "catcat"};
    Random random(5);
    for (std::string& text : texts_) {
      for (std::uint64_t count = random.below(12); count > 0; --count) text += words[random.below(10)] + " ";
    }
  }

  void expect_the_tokens_of_each_alone(Tokenization& tokenization, Team& team) const {
    const TokenizedTexts result = tokenization(team, texts_, 0, {});
    ASSERT_EQ(result.pieces.size(), texts_.size());
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const text::Encoding alone = tokenizer_.encode(texts_[i], {.max_tokens = kMostTokens});
      EXPECT_EQ(result.pieces[i].text, i);
      EXPECT_TRUE(std::ranges::equal(result.pieces[i].ids, alone.ids)) << texts_[i];
      EXPECT_EQ(result.texts[i].total_tokens, alone.total_tokens);
      EXPECT_EQ(result.texts[i].truncated, alone.truncated);
    }
  }

  static constexpr std::size_t kMostTokens = 9;

  text::Tokenizer tokenizer_ = text::Tokenizer::load(fixture_path("sentence_models/mean"));
  TokenRules rules_{.tokenizer = tokenizer_, .prompt = {}, .max_tokens = kMostTokens};
  std::vector<std::string> texts_ = std::vector<std::string>(101);
};

TEST_F(TokenizationTest, IsTheSameForAnyNumberOfThreadsCallAfterCall) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    Team team(threads);
    Tokenization tokenization(rules_, threads);
    for (int call = 0; call < 3; ++call) expect_the_tokens_of_each_alone(tokenization, team);
  }
}

TEST_F(TokenizationTest, MayHaveFewerTextsThanThreads) {
  Team team(4);
  Tokenization tokenization(rules_, 4);
  for (const std::size_t count : {0, 1, 3}) {
    texts_.resize(count);
    EXPECT_EQ(tokenization(team, texts_, 0, {}).texts.size(), count);
  }
  texts_ = {"the cat", "sat"};
  expect_the_tokens_of_each_alone(tokenization, team);
}

TEST_F(TokenizationTest, IsTheSameAfterALargeTextInThreadsThatForgetIt) {
  Team team(2);
  Tokenization tokenization(rules_, 2);
  expect_the_tokens_of_each_alone(tokenization, team);
  texts_.insert(texts_.begin() + 7, std::string((std::size_t{1} << 20) + 5, 'c'));
  expect_the_tokens_of_each_alone(tokenization, team);
  texts_.erase(texts_.begin() + 7);
  expect_the_tokens_of_each_alone(tokenization, team);
}

}  // namespace
}  // namespace mana::engine
