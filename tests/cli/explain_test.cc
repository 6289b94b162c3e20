// The theory, counted and seen: mana inspect --shape, mana explain pairs and mana explain positions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mana/base/json.h"
#include "process.h"
#include "refusal.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kLarge = source_path("examples/transformer-large.toml");

class Explain : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string put(const std::string& name, std::string_view text) const {
    write(path(name), text);
    return path(name);
  }

 private:
  TemporaryFolder folder_;
};

Outcome pairs(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"explain", "pairs"});
  return run(std::move(arguments));
}

TEST_F(Explain, AShapeOfATomlFileIsCounted) {
  const Outcome table = run({"inspect", "--shape", kLarge, "--vocabulary", "70000"});
  ASSERT_EQ(table.status, 0) << table.errors;
  for (const char* number : {"65,536", "4,198,400", "8,393,728", "12,596,224", "16,796,672", "71,680,000", "71,750,000",
                             "176,357,376", "4(d² + d)", "d·V + V"}) {
    EXPECT_THAT(table.output, HasSubstr(number));
  }
  const Outcome json = run({"inspect", "--shape", kLarge, "--vocabulary", "70000", "--json", "--length", "128"});
  ASSERT_EQ(json.status, 0) << json.errors;
  const auto found = json::Document::parse(json.output, "output");
  EXPECT_EQ(found.root().at("layer_parameters").integer(), 176'357'376);
  EXPECT_EQ(found.root().at("columns").array().size(), 2U);
  EXPECT_EQ(found.root().at("in_place_of_attention").array()[0].at("parameters").integer(), 128 * 128);
}

TEST_F(Explain, AShapeOfAConfigurationIsWhatItsModelIsInspectedAs) {
  const std::string model = small_model().string();
  const Outcome shape = run({"inspect", "--shape", model + "/config.json", "--json", "--length", "8"});
  const Outcome whole = run({"inspect", "--model", model, "--json"});
  ASSERT_EQ(shape.status, 0) << shape.errors;
  ASSERT_EQ(whole.status, 0) << whole.errors;
  EXPECT_EQ(json::Document::parse(shape.output, "output").root().at("parameters").integer(),
            json::Document::parse(whole.output, "output").root().at("used_parameters").integer());
}

TEST_F(Explain, AShapeOfPretrainingHasItsHeads) {
  const std::string toml = put("mlm.toml", "[train.mlm]\nshape = \"tiny\"\nnsp = \"on\"\n");
  const Outcome table = run({"inspect", "--shape", toml, "--vocabulary", "1000"});
  ASSERT_EQ(table.status, 0) << table.errors;
  EXPECT_THAT(table.output, AllOf(HasSubstr("masked words"), HasSubstr("next sentence")));
}

TEST_F(Explain, PairsAreListedAndCounted) {
  const Outcome text = pairs({"1 2 3 4 5 6 7 8", "--window", "2"});
  ASSERT_EQ(text.status, 0) << text.errors;
  EXPECT_THAT(text.output, AllOf(HasSubstr("(1, 2) (1, 3)\n"),
                                 HasSubstr("26 counted, Σ min(i−1, c) + min(L−i, c) = 26"), HasSubstr("130 = 26 x 5")));
  const Outcome json = pairs({"1 2 3 4 5 6 7 8 9 10 11 12 13 14", "--window", "1", "--negatives", "3", "--json"});
  ASSERT_EQ(json.status, 0) << json.errors;
  const auto found = json::Document::parse(json.output, "output");
  EXPECT_EQ(found.root().at("positive").array().size(), 26U);
  EXPECT_EQ(found.root().at("negative_pairs").integer(), 78);
}

TEST_F(Explain, PagesAreOneFileThatAsksForNothingElse) {
  const std::string model = small_model().string();
  const std::vector<std::vector<std::string>> commands = {
      {"explain", "pairs", "سلام به همه <b>دوستان</b>", "--window", "2"},
      {"explain", "positions", "--model", model, "--length", "8"},
      {"inspect", "--shape", kLarge, "--vocabulary", "70000"}};
  for (std::vector<std::string> command : commands) {
    const std::string page = path(command[0] + command[1] + ".html");
    command.insert(command.end(), {"--html", page});
    const Outcome outcome = run(command);
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, Not(testing::IsEmpty())) << "what it prints is printed all the same";
    const std::string html = read(page);
    EXPECT_THAT(html, AllOf(testing::StartsWith("<!doctype html>"), testing::EndsWith("</html>\n")));
    for (const char* outside : {"src=", "url(", "@import", "http:", "https:", "<b>دوستان"}) {
      EXPECT_THAT(html, Not(HasSubstr(outside))) << command[1];
    }
    EXPECT_EQ(run(command).status, 0) << "what the program has written is replaced";
    write(page, "mine");
    expect_refusal(run(command), 1, "does not hold a page of mana");
    EXPECT_EQ(read(page), "mine");
    command.emplace_back("--force");
    EXPECT_EQ(run(command).status, 0);
  }
}

TEST_F(Explain, WhatCannotBeIsRefusedInOneSentence) {
  const auto shape = [&](const std::string& name, const std::string& text, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"inspect", "--shape", put(name, text)});
    return run(std::move(more));
  };
  const std::string seq2seq = "[train.seq2seq]\nwidth = 30\nheads = 4\n";
  expect_refusal(shape("a.toml", seq2seq, {"--vocabulary", "9"}), 1,
                 "4 heads of the encoder do not divide the width 30");
  expect_refusal(shape("b.toml", "[train.seq2seq]\nwidth = 99999\n", {"--vocabulary", "9"}), 2, "--width");
  expect_refusal(shape("c.toml", "[train.seq2seq]\nwidht = 8\n", {"--vocabulary", "9"}), 2, "did you mean --width?");
  expect_refusal(shape("d.toml", "[train.seq2seq]\nwidth = 32\n"), 1, "give --vocabulary");
  expect_refusal(shape("both.toml", seq2seq + "[train.mlm]\nshape = \"tiny\"\n"), 2, "both.toml has two shapes");
  expect_refusal(shape("named.toml", "[train.seq2seq]\nwidth = 0\n", {"--vocabulary", "9"}), 2, "named.toml: --width");
  expect_refusal(shape("absent.toml", "[train.seq2seq]\ntokenizer = \"absent\"\n"), 1, "or give --vocabulary");
  expect_refusal(shape("e.toml", "width = 32\n"), 2, "says no shape");
  expect_refusal(shape("f.json", "{}"), 1, "vocab_size");
  expect_refusal(shape("g.toml", "[train.seq2seq]\nmost-tokens = 99\n", {"--vocabulary", "9", "--length", "100"}), 1,
                 "--length of 100 is not one of the 1 to 99 tokens");
  expect_refusal(run({"inspect", "--shape", path("none.json")}), 1, "none.json");
  expect_refusal(run({"inspect", "--shape", "mini", "--model", "x"}), 2, "exclude each other");
  expect_refusal(run({"inspect", "--html", path("x.html")}), 2, "--html belongs to --shape");
  expect_refusal(pairs({"…"}), 1, "no words");
  expect_refusal(pairs({"a"}), 1, "one word, which makes no pair");
  expect_refusal(pairs({"a b", "--negatives", "1000000000"}), 1, "less of --window or --negatives");
  expect_refusal(pairs({"a b", "--html", ""}), 2, "--html takes the name of a file");
  expect_refusal(pairs({"a b", "--window", "0"}), 2, "--window is at least 1");
  expect_refusal(pairs({"a b", "--html", path("x.csv")}), 2, ".csv");
  expect_refusal(pairs({"a b", "--force"}), 2, "--force belongs to --html");
  expect_refusal(run({"explain", "positions"}), 2, "--shape or --model is needed");
  expect_refusal(run({"explain", "positions", "--model", small_model().string(), "--length", "2000"}), 2, "beyond the");
  expect_refusal(run({"explain", "positions", "--shape", "tiny", "--model", small_model().string()}), 1,
                 "cannot stand side by side");
}

TEST_F(Explain, PositionsNeedNoVocabulary) {
  const Outcome with = run({"explain", "positions", "--shape", kLarge, "--vocabulary", "70000"});
  const Outcome without = run({"explain", "positions", "--shape", kLarge});
  ASSERT_EQ(without.status, 0) << without.errors;
  EXPECT_EQ(without.output, with.output);
}

}  // namespace
}  // namespace mana::program
