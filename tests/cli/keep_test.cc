// mana embed --keep: columns that go along with the texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "process.h"
#include "refusal.h"

namespace mana::program {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Keep : public testing::Test {
 protected:
  void SetUp() override {
    write(at("texts.tsv"), "id\ttitle\ttext\n007\tA \"cat\"\tthe cat\n8\t\tsat\n");
    write(at("texts.jsonl"),
          "{\"id\":7,\"text\":\"the cat\",\"tags\":[\"a\",{\"b\":1.5}],\"price\":NaN}\n"
          "{\"text\":\"sat\",\"id\":9007199254740993,\"tags\":null}\n");
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  Outcome embed(const std::string& input, const std::string& keep, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"embed", "--model", small_model().string(), "--truncate-dim", "2", "--quiet", "--input",
                               input == "-" ? input : at(input), "--keep", keep});
    return run(more, input == "-" ? read(at("texts.tsv")) : "");
  }

  TemporaryFolder folder_;
};

TEST_F(Keep, PutsCellsOfATableInFront) {
  const Outcome rows = embed("texts.tsv", "id,title", {"--include-text"});
  ASSERT_EQ(rows.status, 0) << rows.errors;
  const std::vector<std::string> lines = lines_of(rows.output);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], StartsWith(R"({"id":"007","title":"A \"cat\"","text":"the cat","embedding":[)"));
  EXPECT_THAT(lines[1], StartsWith(R"({"id":"8","title":"","text":"sat","embedding":[)"));
  EXPECT_EQ(embed("texts.tsv", "title,id").output.substr(0, 9), "{\"title\":");
  EXPECT_EQ(embed("-", "id", {"--input-format", "tsv"}).output, embed("texts.tsv", "id").output);
}

TEST_F(Keep, KeepsValuesOfJsonAsTheyAre) {
  const Outcome rows = embed("texts.jsonl", "id,tags,price");
  ASSERT_EQ(rows.status, 0) << rows.errors;
  const std::vector<std::string> lines = lines_of(rows.output);
  EXPECT_THAT(lines.at(0), StartsWith(R"({"id":7,"tags":["a",{"b":1.5}],"price":null,"embedding":[)"));
  EXPECT_THAT(lines.at(1), StartsWith(R"({"id":9007199254740993,"tags":null,"price":null,"embedding":[)"));
}

TEST_F(Keep, StandsInEveryForm) {
  ASSERT_EQ(embed("texts.tsv", "id,title", {"--output", at("rows.tsv")}).status, 0);
  EXPECT_THAT(lines_of(read(at("rows.tsv"))).at(0), StartsWith("007\tA \"cat\"\t"));
  EXPECT_EQ(lines_of(read(at("rows.tsv.tokens.jsonl"))).at(0),
            R"({"id":"007","title":"A \"cat\"","tokens":4,"truncated":false})");
  EXPECT_EQ(embed("texts.tsv", "id", {"--output", at("rows.tsv")}).status, 0) << "of our own it may take the place";
  ASSERT_EQ(embed("texts.jsonl", "id", {"--output", at("rows.npy")}).status, 0);
  EXPECT_THAT(lines_of(read(at("rows.npy.tokens.jsonl"))).at(1), StartsWith(R"({"id":9007199254740993,"tokens":)"));
  ASSERT_EQ(embed("texts.jsonl", "id", {"--output", at("rows.jsonl")}).status, 0);
  EXPECT_EQ(embed("texts.jsonl", "id,tags", {"--output", at("rows.jsonl")}).status, 0);

  write(at("features.tsv"), "a name\t0.5\t1\n");
  expect_refusal(embed("texts.tsv", "id", {"--output", at("features.tsv")}), 1, "does not hold vectors in a table");
}

TEST_F(Keep, RefusesWhatCannotBe) {
  write(at("lines.txt"), "the cat\n");
  write(at("two.csv"), "id,text\n\"a\tb\",the cat\n");
  expect_refusal(embed("lines.txt", "id"), 1, "has a text a line, without columns of which id could be kept");
  expect_refusal(embed("texts.tsv", "ids"), 1, "no column ids");
  expect_refusal(embed("texts.jsonl", "ids"), 1, "ids is missing; the object has id, text, tags, price");
  expect_refusal(embed("two.csv", "id", {"--output", at("rows.tsv")}), 1, "has a tab or a line end");
  expect_refusal(embed("texts.tsv", "id,id"), 2, "--keep has id twice");
  expect_refusal(embed("texts.tsv", ",id"), 2, "--keep has a name that is empty");
  expect_refusal(embed("texts.tsv", ""), 2, "--keep names no column");
  expect_refusal(embed("texts.tsv", "id,tokens"), 2, "tokens, which is the name of something else in each row");
  expect_refusal(embed("texts.tsv", "text", {"--include-text"}), 2, "--keep has text, and so has --include-text");
  expect_refusal(run({"embed", "--model", small_model().string(), "a", "--keep", "id"}), 2,
                 "belong to a file of texts");
  write(at("large.jsonl"), "{\"id\":123456789012345678901234567890,\"text\":\"a\"}\n");
  expect_refusal(embed("large.jsonl", "id"), 1, "more digits than can be carried along");
}

TEST_F(Keep, GoesOnOnlyWithTheSameColumns) {
  std::string table = "id\ttext\n";
  for (int i = 0; i < 1500; ++i) table += std::to_string(i) + "\ttext " + std::to_string(i) + "\n";
  write(at("many.tsv"), table + "broken\n");
  const auto go_on = [&](const std::string& keep) {
    return embed("many.tsv", keep, {"--output", at("rows.jsonl.gz"), "--resume-if-any"});
  };
  const Outcome broken = go_on("id");
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.errors, HasSubstr("1024 rows are kept in"));
  expect_refusal(go_on("text"), 1, "was begun with --keep");
  write(at("many.tsv"), "id\ttext\n1" + table.substr(8));
  EXPECT_THAT(go_on("id").errors, HasSubstr("the first 1024 texts are not those of the interrupted run"));
  write(at("many.tsv"), table);
  EXPECT_EQ(go_on("id").status, 0);
  ASSERT_EQ(embed("many.tsv", "id", {"--output", at("whole.jsonl.gz")}).status, 0);
  EXPECT_EQ(read(at("rows.jsonl.gz")), read(at("whole.jsonl.gz")));
}

}  // namespace
}  // namespace mana::program
