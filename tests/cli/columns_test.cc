// Commands that read two or three columns find them by what their names mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "process.h"

namespace mana::program {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Columns : public testing::Test {
 protected:
  std::string put(const std::string& name, std::string_view text) const {
    write(folder_ / name, text);
    return (folder_ / name).string();
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static Outcome run_with(std::vector<std::string> words, const std::vector<std::string>& more = {}) {
    words.insert(words.end(), {"--model", small_model().string()});
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }

  TemporaryFolder folder_;
};

TEST_F(Columns, OfEvalAreFoundByTheirMeaning) {
  const std::string usual = put("a.tsv", "score\tsentence1\tsentence2\n1\tthe cat\tmat\n3\thello\tworld\n2\tsat\ton\n");
  const std::string other = put("b.tsv",
                                "id\tText2\tSimilarity\tText1\n1\tmat\t1\tthe cat\n2\tworld\t3\thello\n"
                                "3\ton\t2\tsat\n");
  const Outcome expected = run_with({"eval", "sts", "--quiet", "--data", usual});
  ASSERT_EQ(expected.status, 0) << expected.errors;
  EXPECT_EQ(run_with({"eval", "sts", "--quiet", "--data", other}).output, expected.output);
  const Outcome told = run_with({"eval", "sts", "--data", other});
  EXPECT_THAT(told.errors, HasSubstr("b.tsv: score = Similarity, sentence1 = Text1, sentence2 = Text2\n"));
  EXPECT_THAT(run_with({"eval", "sts", "--data", usual}).errors, Not(HasSubstr("=")));

  const std::string jsonl = put("c.jsonl",
                                "{\"score\":1,\"sentence1\":\"the cat\",\"sentence2\":\"mat\"}\n"
                                "{\"score\":3,\"sentence1\":\"hello\",\"sentence2\":\"world\"}\n"
                                "{\"score\":2,\"sentence1\":\"sat\",\"sentence2\":\"on\"}\n");
  EXPECT_EQ(run_with({"eval", "sts", "--quiet", "--data", jsonl}).output, expected.output);

  const std::string triplets = put("t.tsv", "hard_negative\tanswer\tquestion\nworld\tmat\tthe cat\n");
  EXPECT_EQ(run_with({"eval", "triplet", "--quiet", "--data", triplets}).status, 0);
}

TEST_F(Columns, ThatAreNamedAreTakenOrRefused) {
  const std::string file = put("b.tsv", "a\tsimilarity\tb\nmat\t1\tthe cat\nworld\t3\thello\n");
  const Outcome outcome = run_with({"eval", "sts", "--quiet", "--data", file});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("has no column sentence1; its columns are a, similarity, b"));
  EXPECT_EQ(run_with({"eval", "sts", "--quiet", "--data", file, "--text-a", "a", "--text-b", "b"}).status, 0);
  EXPECT_THAT(run_with({"eval", "sts", "--quiet", "--data", file, "--score", "points"}).errors,
              HasSubstr("has no column points"));
}

TEST_F(Columns, OfScoresThatAreAllTheSameMeasureNothing) {
  const std::string file = put("flat.tsv", "score\tsentence1\tsentence2\n2\tthe cat\tmat\n2\thello\tworld\n");
  const Outcome outcome = run_with({"eval", "sts", "--json", "--quiet", "--data", file});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, HasSubstr("flat.tsv: all 2 scores are 2, and with what is always the same"));
  EXPECT_THAT(run_with({"compress", "--quiet", "--data", file, "--output", path("small")}).errors,
              HasSubstr("flat.tsv: all 2 scores are 2"));
}

TEST_F(Columns, OfMiningAndClassifiersAreFoundByTheirMeaning) {
  const std::string pairs = put("p.tsv", "answer\tquestion\nmat\tthe cat\nworld\thello\n42\tsat on\n");
  const Outcome mined = run_with({"mine", "negatives", "--quiet", "--data", pairs, "--output", "-", "--count", "1"});
  ASSERT_EQ(mined.status, 0) << mined.errors;
  EXPECT_THAT(mined.output, HasSubstr("the cat\tmat\t"));
  const std::string classes =
      put("c.tsv", "Category\tSentence\nred\tthe cat\nblue\thello world\nred\tcat\nblue\tworld\n");
  const Outcome trained = run_with({"train", "classifier", "--data", classes, "--output", path("classifier")});
  ASSERT_EQ(trained.status, 0) << trained.errors;
  EXPECT_THAT(trained.errors, HasSubstr("c.tsv: 4 rows\n  text   Sentence\n  class  Category\n"));
}

TEST_F(Columns, OfLabelsThatALossDoesNotReadAreTold) {
  const std::string file = put("nli.tsv", "premise\thypothesis\tlabel\nthe cat\tmat\t1\nhello\tworld\t0\n");
  const auto train = [&](const std::vector<std::string>& more) {
    return run_with({"train", "sentence", "--data", file, "--output", path("o"), "--force"}, more);
  };
  EXPECT_THAT(train({}).errors, HasSubstr("nli.tsv: the loss mnr does not read label"));
  EXPECT_THAT(train({"--quiet"}).errors, IsEmpty());
  EXPECT_THAT(train({"--columns", "premise,hypothesis"}).errors, Not(HasSubstr("does not read")));
  EXPECT_THAT(train({"--loss", "contrastive"}).errors, Not(HasSubstr("does not read")));
  const Outcome refused = train({"--label", "label"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors, HasSubstr("--label is of losses that take labels; mnr takes texts alone"));
}

TEST_F(Columns, OfAnEvaluationWhileTrainingAreNamed) {
  const std::string rows = put("p.tsv", "anchor\tpositive\nthe cat\tmat\nhello\tworld\n");
  const std::string file = put("sts.tsv", "a\tpoints\tb\nthe cat\t1\tmat\nhello\t3\tworld\nsat\t2\ton\n");
  const auto train = [&](const std::vector<std::string>& more) {
    return run_with({"train", "sentence", "--data", rows, "--output", path("o"), "--force", "--quiet"}, more);
  };
  EXPECT_EQ(train({"--eval-sts", file}).status, 1);
  const std::vector<std::string> named = {"--eval-sts",    file, "--eval-score",  "points",
                                          "--eval-text-a", "a",  "--eval-text-b", "b"};
  const Outcome trained = train(named);
  EXPECT_EQ(trained.status, 0) << trained.errors;
  const Outcome refused = train({"--eval-score", "points"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors, HasSubstr("--eval-score belongs to --eval-sts"));
}

TEST(Options, ThatWouldBeIgnoredAreRefused) {
  const TemporaryFolder folder;
  write(folder / "p.tsv", "anchor\tpositive\na\tb\nc\td\n");
  const std::vector<std::string> train = {
      "train",  "sentence", "--model",  small_model().string(), "--data", (folder / "p.tsv").string(),
      "--loss", "mnr",      "--output", (folder / "o").string()};
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {"--patience", "2"}, {"--keep-last"}, {"--teacher", "x"}, {"--score-range", "0,5"}, {"--extend"}}) {
    std::vector<std::string> words = train;
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, 2) << more[0];
    EXPECT_THAT(outcome.errors, testing::HasSubstr(more[0] + " belongs to"));
  }
}

TEST(JsonRows, HaveTheFieldsOfTheFirstAndNoOthers) {
  const TemporaryFolder folder;
  write(folder / "p.jsonl",
        "{\"anchor\": \"a\", \"positive\": \"b\"}\n{\"anchor\": \"c\", \"positive\": \"d\", \"negative\": \"e\"}\n");
  const Outcome outcome = run({"train", "sentence", "--model", small_model().string(), "--data",
                               (folder / "p.jsonl").string(), "--loss", "mnr", "--output", (folder / "o").string()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, testing::HasSubstr(":2: the field \"negative\" is not in the first row"));
}

}  // namespace
}  // namespace mana::program
