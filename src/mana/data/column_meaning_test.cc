#include "mana/data/column_meaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mana::data {
namespace {

using enum ColumnMeaning;
using testing::ElementsAre;

std::vector<ColumnMeaning> meanings(const std::vector<std::string>& names) { return column_meanings(names); }

TEST(ColumnMeaning, IsThatOfNamesThatEverybodyKnows) {
  EXPECT_THAT(meanings({"anchor", "query", "question", "premise"}), ElementsAre(first, first, first, first));
  EXPECT_THAT(meanings({"positive", "pos", "answer", "passage", "hypothesis"}),
              ElementsAre(second, second, second, second, second));
  EXPECT_THAT(meanings({"negative", "negative_1", "hard_negative", "neg2"}),
              ElementsAre(negative, negative, negative, negative));
  EXPECT_THAT(meanings({"score", "scores", "similarity", "label", "labels"}),
              ElementsAre(score, score, score, label, label));
  EXPECT_THAT(meanings({"id", "_id", "qid", "qid1", "index", "pairID", "query_id", "", "Unnamed: 0"}),
              ElementsAre(id, id, id, id, id, id, id, id, id));
  EXPECT_THAT(meanings({"text", "sentence"}), ElementsAre(text, text));
  EXPECT_THAT(meanings({"x", "q", "title", "1", "paid", "valid", "متن"}),
              ElementsAre(unknown, unknown, unknown, unknown, unknown, unknown, unknown));
}

TEST(ColumnMeaning, KnowsNamesHoweverTheyAreWritten) {
  EXPECT_THAT(meanings({"Anchor", "POSITIVE", "\"negative\"", " Score "}), ElementsAre(first, second, negative, score));
  EXPECT_THAT(meanings({"Sentence 1", "sentence-2"}), ElementsAre(first, second));
}

TEST(ColumnMeaning, OfNumberedColumnsIsTheirPlaceAmongTheirLike) {
  EXPECT_THAT(meanings({"sentence2", "sentence1"}), ElementsAre(second, first));
  EXPECT_THAT(meanings({"sent1", "sent0"}), ElementsAre(second, first));
  EXPECT_THAT(meanings({"sentence_B", "sentence_A"}), ElementsAre(second, first));
  EXPECT_THAT(meanings({"question2", "qid2", "question1", "qid1"}), ElementsAre(second, id, first, id));
  EXPECT_THAT(meanings({"text10", "text9", "text2"}), ElementsAre(unknown, second, first));
  EXPECT_THAT(meanings({"text1", "other"}), ElementsAre(text, unknown));
}

TEST(ColumnMeaning, NumbersStandAtTheEnd) {
  EXPECT_EQ(column_number("negative_12"), 12U);
  EXPECT_EQ(column_number("negative"), 0U);
}

}  // namespace
}  // namespace mana::data
