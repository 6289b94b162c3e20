// mana mine negatives: what it writes, prints and refuses. The choice itself is held against the reference in mine/.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/json.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class MineNegatives : public testing::Test {
 protected:
  void SetUp() override {
    write(folder_ / "pairs.tsv", "anchor\tpositive\nthe cat\tthe cat sat\nthe cat\ta cat\n42 !\t! 42 !\n");
    write(folder_ / "corpus.txt", "on the mat\nthe cat\n\n42 42\nthe cat sat\n");
  }

  std::string at(const char* name) const { return (folder_ / name).string(); }

  Outcome mine(std::vector<std::string> more = {}, const char* output = "rows.tsv") const {
    more.insert(more.begin(), {"mine", "negatives", "--model", small_model().string(), "--data", at("pairs.tsv"),
                               "--output", std::string(output) == "-" ? "-" : at(output), "--quiet"});
    return run(std::move(more));
  }

  void expect_failure(const Outcome& outcome, const std::string& sentence) const {
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, StartsWith("mana: "));
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
    EXPECT_EQ(lines_of(outcome.errors).size(), 1) << outcome.errors;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "rows.tsv"));
  }

  TemporaryFolder folder_;
};

TEST_F(MineNegatives, WritesTripletsAndSaysWhatTheyAreLike) {
  const Outcome outcome = mine({"--corpus", at("corpus.txt"), "--count", "2"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const std::vector<std::string> rows = lines_of(read(folder_ / "rows.tsv"));
  ASSERT_EQ(rows.size(), 7);
  EXPECT_EQ(rows[0], "anchor\tpositive\tnegative");
  for (std::size_t i = 1; i <= 4; ++i) {
    EXPECT_THAT(rows[i], StartsWith("the cat\t"));
    EXPECT_THAT(rows[i], AllOf(Not(testing::EndsWith("\tthe cat sat")), Not(testing::EndsWith("\ta cat")),
                               Not(testing::EndsWith("\tthe cat"))))
        << "a positive or the anchor itself";
  }
  EXPECT_THAT(outcome.output, HasSubstr("6 rows of 2 anchors with 3 positives, from 6 texts\n"));
  EXPECT_THAT(outcome.output, HasSubstr("count              3           6           6\n"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("missing")));
  EXPECT_EQ(run({"eval", "triplet", "--data", at("rows.tsv"), "--quiet", "--model", small_model().string()}).status, 0);
}

TEST_F(MineNegatives, WritesTuplesAndLabelledPairs) {
  ASSERT_EQ(mine({"--corpus", at("corpus.txt"), "--count", "2", "--format", "tuple"}).status, 0);
  std::vector<std::string> rows = lines_of(read(folder_ / "rows.tsv"));
  ASSERT_EQ(rows.size(), 4);
  EXPECT_EQ(rows[0], "anchor\tpositive\tnegative_1\tnegative_2");

  ASSERT_EQ(mine({"--count", "1", "--format", "pairs"}, "rows.jsonl").status, 0);
  rows = lines_of(read(folder_ / "rows.jsonl"));
  ASSERT_EQ(rows.size(), 5);
  EXPECT_EQ(rows[0], "{\"label\":1,\"sentence1\":\"the cat\",\"sentence2\":\"the cat sat\"}");
  EXPECT_EQ(rows[2], "{\"label\":0,\"sentence1\":\"the cat\",\"sentence2\":\"! 42 !\"}");
  EXPECT_EQ(run({"eval", "pairs", "--data", at("rows.jsonl"), "--quiet", "--model", small_model().string()}).status, 0);
}

TEST_F(MineNegatives, PrintsRowsToStandardOutputAndCountsAsJson) {
  const Outcome rows = mine({"--count", "1"}, "-");
  ASSERT_EQ(rows.status, 0) << rows.errors;
  EXPECT_EQ(lines_of(rows.output).size(), 4);
  const Outcome counted = mine({"--count", "4", "--max-score", "2", "--json"});
  ASSERT_EQ(counted.status, 0) << counted.errors;
  const json::Document object = json::Document::parse(counted.output, "output");
  EXPECT_EQ(object.root().at("rows").integer(), 4);
  EXPECT_EQ(object.root().at("pairs").integer(), 3);
  EXPECT_EQ(object.root().at("missing").integer(), 8) << "3 · 4 are wanted, the corpus has 1, 1 and 2";
  EXPECT_EQ(object.root().at("positive").at("count").integer(), 3);
}

TEST_F(MineNegatives, DrawsTheSameForASeed) {
  std::string corpus;
  for (int i = 0; i < 40; ++i) corpus += "the cat " + std::to_string(i) + " !\n";
  write(folder_ / "corpus.txt", corpus);
  const auto drawn = [&](const char* seed) {
    EXPECT_EQ(mine({"--corpus", at("corpus.txt"), "--sample", "random", "--to", "30", "--seed", seed}).status, 0);
    return read(folder_ / "rows.tsv");
  };
  EXPECT_EQ(drawn("1"), drawn("1"));
  EXPECT_NE(drawn("1"), drawn("2"));
}

TEST_F(MineNegatives, RefusesInOneSentence) {
  expect_failure(mine({"--anchor", "question"}), "has no column question; its columns are anchor, positive");
  expect_failure(mine({"--from", "5", "--to", "6"}), "ranks 5 to 6 have no place for 3 negatives");
  expect_failure(mine({"--count", "0"}), "at least 1");
  expect_failure(mine({"--count", "18446744073709551615"}), "2^32");
  expect_failure(mine({"--max-score", "-1.5"}), "no negatives were found, so nothing was written");
  expect_failure(mine({"--corpus", at("none.txt")}), "none.txt: No such file");
  expect_failure(mine({}, "none/rows.tsv"), "none");
  write(folder_ / "pairs.tsv", "anchor\tpositive\nthe cat\t\n");
  expect_failure(mine(), "pairs.tsv:2: positive is empty");
  write(folder_ / "pairs.tsv", "anchor\tpositive\n");
  expect_failure(mine(), "holds no pairs");
  EXPECT_EQ(mine({"--margin", "wide"}).status, 2);
  EXPECT_EQ(mine({"--sample", "best"}).status, 2);
}

TEST_F(MineNegatives, PutsNoTabIntoATable) {
  write(folder_ / "corpus.jsonl", "{\"text\": \"on\\tthe mat\"}\n");
  expect_failure(mine({"--corpus", at("corpus.jsonl")}), "a text has a tab or a line end in it");
  ASSERT_EQ(mine({"--corpus", at("corpus.jsonl"), "--count", "1"}, "rows.jsonl").status, 0);
  EXPECT_THAT(read(folder_ / "rows.jsonl"), HasSubstr("on\\tthe mat"));
}

TEST_F(MineNegatives, AFullDiskIsOneSentence) {
  const Outcome full = run(Invocation{
      {"mine", "negatives", "--model", small_model().string(), "--data", at("pairs.tsv"), "--output", "-", "--quiet"},
      "",
      "/dev/full",
      {}});
  EXPECT_EQ(full.status, 1);
  EXPECT_THAT(full.errors, HasSubstr("standard output: No space left on device"));
}

}  // namespace
}  // namespace mana::program
