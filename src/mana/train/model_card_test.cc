#include "mana/train/model_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mana::train {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ModelCard some_card() {
  ModelCard card;
  card.name = "my-model";
  card.base = "all-MiniLM-L6-v2";
  card.data = {{"pairs.tsv", "5749 rows of 2 texts"}};
  card.settings = {{"loss", "cosent"}};
  card.dimensions = 384;
  return card;
}

TEST(ModelCard, BeginsWithWhatTheHubReads) {
  const std::string card = model_card(some_card());
  EXPECT_THAT(card, StartsWith("---\nlibrary_name: sentence-transformers\npipeline_tag: sentence-similarity\n"
                               "base_model: all-MiniLM-L6-v2\ntags:\n"));
  EXPECT_THAT(card, HasSubstr("\n---\n\n# my-model\n"));
  EXPECT_THAT(card, HasSubstr("a vector of 384 numbers"));
}

TEST(ModelCard, TellsDataAndSettings) {
  const std::string card = model_card(some_card());
  EXPECT_THAT(card, HasSubstr("| pairs.tsv | 5749 rows of 2 texts |"));
  EXPECT_THAT(card, HasSubstr("| loss | cosent |"));
}

TEST(ModelCard, HasScoresWhereTheyWereMeasured) {
  EXPECT_THAT(model_card(some_card()), Not(HasSubstr("## Quality")));
  ModelCard card = some_card();
  card.metric = "STS: Spearman · 100";
  card.before = 82.031;
  card.after = 85.5;
  const std::string text = model_card(card);
  EXPECT_THAT(text, HasSubstr("| | STS: Spearman · 100 |"));
  EXPECT_THAT(text, HasSubstr("| all-MiniLM-L6-v2 | 82.03 |\n| this model | 85.50 |"));
}

TEST(ModelCard, KeepsItsTablesWhateverTheNamesAre) {
  ModelCard card = some_card();
  card.data = {{"a|b\n.tsv", "1 row"}};
  EXPECT_THAT(model_card(card), HasSubstr("| a\\|b .tsv | 1 row |"));
}

TEST(ModelCard, IsReadTheSameWhateverTheModelsAreCalled) {
  ModelCard card = some_card();
  card.base = "my: model #2";
  card.name = "it's \"new\"";
  const std::string text = model_card(card);
  EXPECT_THAT(text, HasSubstr("\nbase_model: \"my: model #2\"\n"));
  EXPECT_THAT(text, HasSubstr("SentenceTransformer(\"it's \\\"new\\\"\")"));
  EXPECT_THAT(text, HasSubstr("--model 'it'\\''s \"new\"' "));
}

}  // namespace
}  // namespace mana::train
