// Which column holds what, by its name, in any order of the columns.
#include "mana/data/training_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "mana/base/errors.h"

namespace mana::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

using Names = std::vector<std::string>;

const RowFormat kRanking{.order = TextOrder::anchored, .least_texts = 2};
const RowFormat kTriplet{.order = TextOrder::anchored, .least_texts = 3, .most_texts = 3};
const RowFormat kScored{.order = TextOrder::pair, .least_texts = 2, .most_texts = 2, .label = RowLabel::numbers};
const RowFormat kClasses{.least_texts = 1, .most_texts = 1, .label = RowLabel::category};

TrainingColumns settle(const Names& names, const RowFormat& format) { return settle_columns("f.tsv", names, format); }

/// The texts are those in every order in which the columns may stand.
void expect_texts(Names names, const RowFormat& format, const Names& texts, const Names& labels = {}) {
  std::ranges::sort(names);
  do {
    const TrainingColumns columns = settle(names, format);
    EXPECT_EQ(columns.texts, texts) << testing::PrintToString(names);
    EXPECT_EQ(columns.labels, labels) << testing::PrintToString(names);
  } while (std::ranges::next_permutation(names).found);
}

void expect_refused(const Names& names, const RowFormat& format, const std::string& what) {
  EXPECT_THAT([&] { settle(names, format); },
              ThrowsMessage<FormatError>(AllOf(testing::StartsWith("f.tsv: "), HasSubstr(what))));
}

TEST(TrainingColumns, StandWhereTheirNamesSay) {
  expect_texts({"answer", "question"}, kRanking, {"question", "answer"});
  expect_texts({"Negative", "Anchor", "Positive"}, kRanking, {"Anchor", "Positive", "Negative"});
  expect_texts({"negative_2", "query", "passage", "negative_1", "_id"}, kRanking,
               {"query", "passage", "negative_1", "negative_2"});
  expect_texts({"hypothesis", "premise", "label"}, kRanking, {"premise", "hypothesis"});
  expect_texts({"negative", "anchor", "positive"}, kTriplet, {"anchor", "positive", "negative"});
  expect_texts({"score", "sentence1", "sentence2"}, kScored, {"sentence1", "sentence2"}, {"score"});
  expect_texts({"text2", "text1", "similarity"}, kScored, {"text1", "text2"}, {"similarity"});
  expect_texts({"id", "text", "label"}, kClasses, {"text"}, {"label"});
}

TEST(TrainingColumns, LeaveIdsAndUnwantedLabelsAlone) {
  const TrainingColumns columns = settle({"id", "answer", "score", "question", "pair_id"}, kRanking);
  EXPECT_THAT(columns.unused, ElementsAre("id", "score", "pair_id"));
  EXPECT_THAT(
      column_roles(columns, kRanking),
      ElementsAre(ColumnRole{"question", "anchor"}, ColumnRole{"answer", "positive"}, ColumnRole{"id", "not used"},
                  ColumnRole{"score", "not used"}, ColumnRole{"pair_id", "not used"}));
}

TEST(TrainingColumns, OfUnknownNamesStandAsTheyStood) {
  const TrainingColumns columns = settle({"b", "a", "c"}, kRanking);
  EXPECT_THAT(columns.texts, ElementsAre("b", "a", "c"));
  EXPECT_THAT(columns.guessed, ElementsAre("b", "a", "c"));
}

TEST(TrainingColumns, TakeThePlaceThatIsLeft) {
  expect_texts({"reply", "question"}, kRanking, {"question", "reply"});
  expect_texts({"title", "document"}, kRanking, {"title", "document"});
  EXPECT_THAT(settle({"reply", "question"}, kRanking).guessed, ElementsAre("reply"));
  EXPECT_THAT(settle({"wrong", "y", "anchor"}, kTriplet).texts, ElementsAre("anchor", "wrong", "y"));
  EXPECT_THAT(settle({"negative", "x", "y"}, kRanking).texts, ElementsAre("x", "y", "negative"));
}

TEST(TrainingColumns, ThatAreNotNeededAreLeftOutWhereAllPlacesAreTaken) {
  expect_texts({"genre", "sentence1", "sentence2", "score"}, kScored, {"sentence1", "sentence2"}, {"score"});
  expect_texts({"source", "anchor", "positive", "negative"}, kTriplet, {"anchor", "positive", "negative"});
}

TEST(TrainingColumns, AreTakenAsTheyAreNamed) {
  RowFormat format = kRanking;
  format.texts = {"answer", "id"};
  EXPECT_THAT(settle({"id", "question", "answer"}, format).texts, ElementsAre("answer", "id"));
  EXPECT_THAT(settle({"id", "question", "answer"}, format).guessed, IsEmpty());
  format = kScored;
  format.labels = {"rating"};
  expect_texts({"rating", "score", "text1", "text2"}, format, {"text1", "text2"}, {"rating"});
}

TEST(TrainingColumns, AreRefusedWhereTheyContradictEachOther) {
  expect_refused({"question", "query", "answer"}, kRanking, "question, query could each be the first text");
  expect_refused({"question", "answer", "context"}, kRanking, "answer, context could each be the text that belongs");
  expect_refused({"anchor", "negative"}, kRanking, "none is a positive; name the texts in their order with `columns`");
  expect_refused({"positive", "negative"}, kRanking, "none is an anchor");
  expect_refused({"anchor", "positive"}, kTriplet, "3 columns of texts are needed, but there are 2");
  expect_refused({"anchor", "positive", "negative", "score"}, kScored, "2 columns of texts are needed");
  expect_refused({"id", "text"}, kRanking, "at least 2 columns of texts are needed, but there is 1: text");
  expect_refused({"x", "x"}, kRanking, "two of its columns are called x");
}

TEST(TrainingColumns, AreRefusedWhereTheyAreNotClear) {
  expect_refused({"anchor", "positive", "topic"}, kRanking, "beside anchor, positive it is not clear what topic is");
  expect_refused({"anchor", "x", "y"}, kRanking, "beside anchor it is not clear what x, y are");
}

TEST(TrainingColumns, HoldTheLabelThatALossMeans) {
  RowFormat binary = kScored;
  binary.binary = true;
  const Names names = {"sentence1", "sentence2", "label", "score"};
  EXPECT_THAT(settle(names, kScored).labels, ElementsAre("score"));
  EXPECT_THAT(settle(names, binary).labels, ElementsAre("label"));
  EXPECT_THAT(settle({"text", "category", "label"}, kClasses).labels, ElementsAre("label"));
  expect_refused({"a", "b", "score", "scores"}, kScored, "score, scores could each hold the score");
  RowFormat margins{.order = TextOrder::anchored, .least_texts = 3, .label = RowLabel::numbers, .several_labels = true};
  EXPECT_THAT(settle({"score_2", "query", "positive", "negative", "score_1"}, margins).labels,
              ElementsAre("score_1", "score_2"));
}

}  // namespace
}  // namespace mana::data
