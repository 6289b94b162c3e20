#include "mana/train/sentence/learnable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mana/base/errors.h"
#include "mana/train/sentence/sentence_task.h"
#include "mana/train/sentence/small_training.h"

namespace mana::train {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class Learnable : public testing::Test {
 protected:
  Learnable() { options_.batches.batch = 4; }

  void expect_refused(const std::vector<TokenRows>& sets, const char* name, const std::string& what) {
    const auto training = [&] {
      models::TrainableModel model = small_model();
      Loss loss = make_loss(name, {.dimensions = 32, .classes = 2});
      SentenceTask(model, sets, loss, options_);
    };
    EXPECT_THAT(training, ThrowsMessage<ArgumentError>(HasSubstr(what)));
  }

  static TokenRows named(const char* name, TokenRows rows) {
    rows.name = name;
    rows.columns = {{"question", "anchor"}, {"answer", "positive"}};
    return rows;
  }
  /// Rows whose first texts are the same.
  static TokenRows one_question(std::size_t rows) {
    TokenRows result = named("same.tsv", random_rows(rows, 2));
    for (std::size_t row = 0; row < rows; ++row) result.facts.sums[2 * row] = 7;
    return result;
  }

  SentenceOptions options_;
};

TEST_F(Learnable, NothingToRank) {
  for (const char* loss : {"cosent", "angle"}) {
    expect_refused({random_rows(6, 2, {0.5f})}, loss, "rows.tsv: all 6 rows have the score 0.5, which leaves nothing");
    expect_refused({random_rows(6, 2, {0, 1}), named("flat.tsv", random_rows(6, 2, {3}))}, loss,
                   "flat.tsv: all 6 rows");
  }
}

TEST_F(Learnable, NothingToTellApart) {
  for (const char* loss : {"contrastive", "online-contrastive"}) {
    expect_refused({random_rows(6, 2, {1})}, loss, "all 6 rows have the label 1");
    expect_refused({random_rows(6, 2, {0}), random_rows(4, 2, {0})}, loss, "have the label 0");
  }
  TokenRows one = random_rows(6, 1, {1});
  one.facts.classes.assign(6, 1);
  expect_refused({one}, "batch-hard-triplet", "all 6 rows have the same class");
}

TEST_F(Learnable, FilesOfOneKindEachMakeBothTogether) {
  models::TrainableModel model = small_model();
  Loss loss = make_loss("contrastive", {.dimensions = 32});
  const std::vector<TokenRows> sets = {random_rows(6, 2, {1}), random_rows(6, 2, {0})};
  EXPECT_EQ(SentenceTask(model, sets, loss, options_).left_out(), 0U);
}

TEST_F(Learnable, ABatchOfOneIsToBlameItself) {
  options_.batches.batch = 1;
  for (const char* loss : {"mnr", "cached-mnr"}) {
    expect_refused({random_rows(8, 2)}, loss, "so a batch of 1 row teaches nothing; give `batch` 2 or more");
  }
  expect_refused({random_rows(8, 2, {0, 1})}, "cosent", "a batch of 1 row teaches nothing");
}

TEST_F(Learnable, TheFileThatMakesNoBatchIsNamed) {
  for (const data::Mixing mixing : {data::Mixing::proportional, data::Mixing::round_robin}) {
    options_.batches.mixing = mixing;
    expect_refused({named("good.tsv", random_rows(8, 2)), one_question(5)}, "mnr",
                   "same.tsv: its 5 rows make no batch that the loss mnr can learn from: all have the same text in the "
                   "column question");
  }
}

TEST_F(Learnable, ABudgetForLessThanTwoRowsIsToBlame) {
  options_.batches.tokens = 5;
  expect_refused({random_rows(8, 2)}, "mnr", "no 2 of them fit into `batch_tokens` 5; raise it");
}

TEST_F(Learnable, RowsThatNoBatchTakesAreCounted) {
  TokenRows rows = random_rows(9, 2);
  for (std::size_t row = 0; row < 5; ++row) rows.facts.sums[2 * row] = 7;  // each in a batch of its own
  models::TrainableModel model = small_model();
  Loss loss = make_loss("mnr", {.dimensions = 32});
  options_.batches.batch = 8;
  const SentenceTask task(model, std::span(&rows, 1), loss, options_);
  EXPECT_EQ(task.left_out(), 4U);
  EXPECT_EQ(task.batches(), 1U);
}

TEST_F(Learnable, TokensOfATextThatIsEmbeddedTwiceCountTwice) {
  TokenRows rows = random_rows(16, 1);
  std::ranges::fill(rows.facts.tokens, 10U);
  models::TrainableModel model = small_model();
  Loss loss = make_loss("simcse", {.dimensions = 32});
  options_.batches.batch = 16;
  options_.batches.tokens = 80;
  EXPECT_EQ(SentenceTask(model, std::span(&rows, 1), loss, options_).batches(), 4U);
}

}  // namespace
}  // namespace mana::train
