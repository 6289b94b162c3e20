// `mana explain attention` and `mana explain similarity`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string fixture(const std::string& name) { return fixture_path(name); }

Outcome explain(const std::string& what, const std::string& model, std::vector<std::string> more,
                std::string input = {}) {
  more.insert(more.begin(), {"explain", what, "--model", fixture(model), "--threads", "1"});
  return run(std::move(more), std::move(input));
}

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

void expect_refused(const Outcome& outcome, int status, const std::string& sentence) {
  EXPECT_EQ(outcome.status, status) << outcome.errors;
  EXPECT_THAT(outcome.errors, AllOf(StartsWith("mana: "), HasSubstr(sentence)));
  EXPECT_EQ(std::ranges::count(outcome.errors, '\n'), 1) << outcome.errors;
  EXPECT_THAT(outcome.output, IsEmpty());
}

TEST(ExplainAttentionCommand, PrintsATableOfHeads) {
  const Outcome outcome = explain("attention", "sentence_models/mean", {"The cat sat.", "--top", "3"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, StartsWith("encoder: 6 x 6 tokens, log2 N = 2.585\n"
                                         "layer  head  entropy  below 1/N   largest 3    JSD\n"));
  EXPECT_EQ(std::ranges::count(outcome.output, '\n'), 2 + 2 * (4 + 1));
}

TEST(ExplainAttentionCommand, JsonHasEveryWeightOfEveryText) {
  const Outcome outcome = explain("attention", "sentence_models/mean", {"--json"}, "The cat sat.\nسلام\n");
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  std::istringstream lines(outcome.output);
  std::size_t texts = 0;
  for (std::string line; std::getline(lines, line); ++texts) {
    const json found = json::parse(line);
    EXPECT_EQ(found["top"], 5);
    const json& stack = found["stacks"][0];
    EXPECT_EQ(stack["name"], "encoder");
    ASSERT_EQ(stack["layers"].size(), 2);
    for (const json& layer : stack["layers"]) {
      ASSERT_EQ(layer["heads"].size(), 4);
      for (const json& head : layer["heads"]) {
        ASSERT_EQ(head["weights"].size(), stack["queries"].size());
        for (const json& row : head["weights"]) {
          double sum = 0;
          for (const json& weight : row) sum += weight.get<double>();
          EXPECT_NEAR(sum, 1, 1e-6);
        }
      }
    }
  }
  EXPECT_EQ(texts, 2);
  const Outcome numbers = explain("attention", "sentence_models/mean", {"cat", "--json", "--numbers"});
  const json head = json::parse(numbers.output)["stacks"][0]["layers"][1]["heads"][3];
  EXPECT_TRUE(head.contains("entropy"));
  EXPECT_FALSE(head.contains("weights"));
}

TEST(ExplainAttentionCommand, WritesAPageOverAPageOfItsOwnAlone) {
  const TemporaryFolder folder;
  const std::string page = (folder / "page.html").string();
  const std::vector<std::string> more = {"The cat sat.", "--html", page};
  ASSERT_EQ(explain("attention", "sentence_models/mean", more).status, 0);
  EXPECT_THAT(content_of(page), StartsWith("<!doctype html>"));
  EXPECT_EQ(explain("attention", "sentence_models/mean", more).status, 0);
  std::ofstream(page) << "a letter";
  expect_refused(explain("attention", "sentence_models/mean", more), 1, "page.html");
  EXPECT_EQ(content_of(page), "a letter");
}

TEST(ExplainAttentionCommand, RefusesInOneSentence) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "cat ";
  expect_refused(explain("attention", "sentence_models/mean", {text}), 1, "has 62 tokens, but the model reads 48");
  expect_refused(explain("attention", "static_models/plain", {"cat"}), 1, "it has no attention");
  expect_refused(explain("attention", "sentence_models/mean", {"cat", "--target", "Katze"}), 1, "translates nothing");
  expect_refused(explain("attention", "sentence_models/mean", {"cat", "dog", "--html", "x.html"}), 2,
                 "--html takes one");
  expect_refused(explain("attention", "sentence_models/mean", {"cat", "--numbers"}), 2, "--numbers is for --json");
  expect_refused(explain("attention", "sentence_models/mean", {"cat", "--top", "0"}), 2, "--top");
  const TemporaryFolder folder;
  const std::string file = (folder / "texts.txt").string();
  std::ofstream(file) << "cat\n" << text << "\n";
  const Outcome second = explain("attention", "sentence_models/mean", {"--input", file, "--json", "--numbers"});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.errors, HasSubstr("texts.txt, text 2: the text 'cat cat"));
}

TEST(ExplainAttentionCommand, SaysThatThereIsNoText) {
  const Outcome outcome = explain("attention", "sentence_models/mean", {});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors, HasSubstr("standard input has no text"));
}

TEST(ExplainSimilarityCommand, PrintsPairsThatSumToTheCosine) {
  const std::vector<std::string> texts = {"The cat sat on the mat.", "hello سلام"};
  const Outcome outcome = explain("similarity", "sentence_models/mean", texts);
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, AllOf(StartsWith("cosine "), HasSubstr(" ~ "), HasSubstr("A: The cat sat on the mat.")));

  std::vector<std::string> options = texts;
  options.insert(options.end(), {"--json"});
  const json found = json::parse(explain("similarity", "sentence_models/mean", options).output);
  double sum = 0;
  for (const json& row : found["pairs"]) {
    ASSERT_EQ(row.size(), found["b"]["tokens"].size());
    for (const json& share : row) sum += share.get<double>();
  }
  EXPECT_EQ(found["pairs"].size(), found["a"]["tokens"].size());
  EXPECT_NEAR(sum, found["cosine"], 1e-6);
  const Outcome score = run({"similarity", "--model", fixture("sentence_models/mean"), "--precision", "f32",
                             "--threads", "1", texts[0], texts[1]});
  EXPECT_NEAR(sum, std::stod(score.output), 1e-6) << "what `mana similarity` prints";
}

TEST(ExplainSimilarityCommand, WritesAPageAndRefusesByName) {
  const TemporaryFolder folder;
  const std::string page = (folder / "page.html").string();
  ASSERT_EQ(explain("similarity", "sentence_models/mean", {"cat", "mat", "--html", page}).status, 0);
  EXPECT_THAT(content_of(page), HasSubstr("The cosine of two texts"));
  expect_refused(explain("similarity", "sentence_models/cls", {"cat", "mat"}), 1, "the model's pooling is cls");
  expect_refused(explain("similarity", "sentence_models/dense_tanh", {"cat", "mat"}), 1, "ends with tanh");
  expect_refused(explain("similarity", "sentence_models/mean", {"cat", "mat", "--top", "0"}), 2, "--top");
  expect_refused(explain("similarity", "sentence_models/mean", {"cat", "mat", "--top", "1", "--json"}), 2,
                 "--json prints all pairs");
}

}  // namespace
}  // namespace mana::program
