#include "mana/train/sequence/token_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class TokenPairsTest : public testing::Test {
 protected:
  data::ParallelFiles put(std::string_view table) const {
    std::ofstream(folder_ / "pairs.tsv", std::ios::binary) << table;
    return {.rows = folder_ / "pairs.tsv", .source = {}, .target = {}};
  }

  TokenPairs read(std::string_view table, std::size_t most) const {
    return read_token_pairs(put(table), {tokenizer_, tokenizer_, kEnd}, most);
  }

  static constexpr text::TokenId kEnd = 77;
  TemporaryFolder folder_;
  text::Tokenizer tokenizer_ = text::Tokenizer::load(fixture_path("sentence_models/mean"));
};

TEST_F(TokenPairsTest, EverySideEndsWithItsEndAlone) {
  const TokenPairs pairs = read("source\ttarget\na cat\ta dog sits\na\ta cat\n", 100);
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_THAT(pairs.lines, ElementsAre(2, 3));
  for (const TokenTexts* side : {&pairs.source, &pairs.target}) {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto text = (*side)[i];
      EXPECT_EQ(text.back(), kEnd);
      EXPECT_EQ(text.size(), side == &pairs.source ? pairs.lengths[i].source : pairs.lengths[i].target);
    }
  }
  std::vector<text::TokenId> cat;
  tokenizer_.append("a cat", {.special_tokens = false}, cat);
  cat.push_back(kEnd);
  EXPECT_TRUE(std::ranges::equal(pairs.source[0], cat));
  EXPECT_TRUE(std::ranges::equal(pairs.target[1], cat));
}

TEST_F(TokenPairsTest, PairsThatAreTooLongAreLeftOutWholeAndCounted) {
  const std::string table = "source\ttarget\na\ta\na a a a\ta\na a\ta a\na\ta a a\n";
  const TokenPairs pairs = read(table, 3);
  EXPECT_THAT(pairs.lines, ElementsAre(2, 4));
  EXPECT_EQ(pairs.too_long, 2U);
  EXPECT_EQ(pairs.first_too_long, 3U);
  EXPECT_EQ(pairs.tokens(), 2U * 2 + 2 * 3);
  EXPECT_EQ(read(table, 5).too_long, 0U);
  EXPECT_THAT([&] { read(table, 1); },
              ThrowsMessage<FormatError>(HasSubstr("all 4 pairs are longer than the 1 tokens of `max_length`")));
}

TEST_F(TokenPairsTest, AFileWithoutPairsIsRefused) {
  EXPECT_THAT([&] { read("source\ttarget\n", 5); }, ThrowsMessage<FormatError>(HasSubstr("holds no pairs")));
}

TEST_F(TokenPairsTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const data::ParallelFiles files = put("source\ttarget\na\tb\n");
  EXPECT_THROW(read_token_pairs(files, {tokenizer_, tokenizer_, kEnd}, 9, stop.get_token()), Cancelled);
}

}  // namespace
}  // namespace mana::train
