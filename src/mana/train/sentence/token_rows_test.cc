#include "mana/train/sentence/token_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"
#include "mana/train/sentence/loss.h"
#include "tests/support/source_path.h"

namespace mana::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class TokenRowsTest : public testing::Test {
 protected:
  TokenRows read(std::string_view text, const char* loss, const engine::Encoder& encoder) {
    std::ofstream(folder_ / "rows.tsv", std::ios::binary) << text;
    return read_token_rows(folder_ / "rows.tsv", {}, loss_data(loss), encoder, classes_);
  }
  TokenRows read(std::string_view text, const char* loss) { return read(text, loss, encoder_); }

  static std::filesystem::path model() { return fixture_path("sentence_models/mean"); }

  TemporaryFolder folder_;
  engine::Encoder encoder_{model(), {.threads = 1}};
  Classes classes_;
};

TEST_F(TokenRowsTest, AreTheTokensThatTheEncoderSees) {
  const TokenRows rows = read("q\ta\nthe cat\thello world\nsat on\tmat\n", "mnr");
  EXPECT_EQ(rows.name, "rows.tsv");
  EXPECT_EQ(rows.rows(), 2U);
  EXPECT_EQ(rows.facts.texts, 2U);
  EXPECT_THAT(rows.lines, ElementsAre(2, 3));
  std::vector<text::TokenId> ids;
  encoder_.tokens("hello world", ids);
  EXPECT_TRUE(std::ranges::equal(rows.text(0, 1), ids));
  encoder_.tokens("sat on", ids);
  EXPECT_TRUE(std::ranges::equal(rows.text(1, 0), ids));
  EXPECT_EQ(rows.facts.tokens[0], rows.text(0, 0).size() + rows.text(0, 1).size());
  EXPECT_EQ(rows.labels, 0U);
}

TEST_F(TokenRowsTest, KnowTextsThatAreTheSame) {
  const TokenRows rows = read("q\ta\nthe cat\tmat\nmat\tthe  cat\n", "mnr");
  EXPECT_EQ(rows.facts.sums[1], rows.facts.sums[2]);
  EXPECT_NE(rows.facts.sums[0], rows.facts.sums[3]);
}

TEST_F(TokenRowsTest, HaveScoresOrNumberedClasses) {
  EXPECT_THAT(read("q\ta\tscore\nx\ty\t0.5\nx\tz\t-1\n", "cosine").label_values, ElementsAre(0.5f, -1));
  const TokenRows rows = read("text\tlabel\na\tred\nb\tblue\nc\tred\n", "batch-hard-triplet");
  EXPECT_THAT(rows.label_values, ElementsAre(0, 1, 0));
  EXPECT_THAT(rows.facts.classes, ElementsAre(0, 1, 0));
  // A second file goes on with the numbers of the first.
  EXPECT_THAT(read("text\tlabel\na\tblue\nb\tgreen\n", "batch-hard-triplet").facts.classes, ElementsAre(1, 2));
  EXPECT_THAT(classes_.names, ElementsAre("red", "blue", "green"));
}

TEST_F(TokenRowsTest, CountTextsThatWereCut) {
  const engine::Encoder short_sighted(model(), {.threads = 1, .max_tokens = 4});
  const TokenRows rows = read("q\ta\nthe cat sat on\tmat\nthe cat\tthe cat sat\n", "mnr", short_sighted);
  EXPECT_EQ(rows.truncated, 2U);
  EXPECT_EQ(rows.text(0, 0).size(), 4U);
}

TEST_F(TokenRowsTest, RefuseWhatALossCannotTake) {
  EXPECT_THAT([&] { read("q\ta\n", "mnr"); }, ThrowsMessage<FormatError>(HasSubstr("has no rows to train on")));
  EXPECT_THAT(
      [&] { read("q\ta\tscore\nx\ty\t1.5\n", "cosine"); },
      ThrowsMessage<FormatError>(HasSubstr("rows.tsv:2: score is 1.5, but the loss takes numbers from -1 to 1")));
  EXPECT_THAT([&] { read("q\ta\tlabel\nx\ty\t2\n", "contrastive"); },
              ThrowsMessage<FormatError>(HasSubstr("label is 2, but the loss takes numbers from 0 to 1")));
  EXPECT_THAT([&] { read("q\ta\nx\ty\n", "triplet"); }, ThrowsMessage<FormatError>(HasSubstr("3 columns of texts")));
}

TEST_F(TokenRowsTest, CanBeCancelled) {
  std::ofstream(folder_ / "rows.tsv") << "q\ta\nx\ty\n";
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(read_token_rows(folder_ / "rows.tsv", {}, loss_data("mnr"), encoder_, classes_, stop.get_token()),
               Cancelled);
}

}  // namespace
}  // namespace mana::train
