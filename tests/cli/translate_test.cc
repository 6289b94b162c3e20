// `mana translate`, and what other commands make of a translator's folder.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "parallel_sentences.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Options = std::vector<std::string>;

/// A translator of two hundred sentences, trained once for all tests.
class Translate : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<TemporaryFolder>();
    std::string pairs = "en\tde\n", texts;
    for (const auto& [english, german] : sentences()) {
      pairs += fmt::format("{}\t{}\n", english, german);
      texts += fmt::format("{}\n{}\n", english, german);
    }
    write(*shared_ / "pairs.tsv", pairs);
    write(*shared_ / "texts.txt", texts);
    run({"train", "tokenizer", "--type", "unigram", "--vocabulary", "45", "--output", path("joint"),
         path("texts.txt")});
    const Outcome trained = run({"train",
                                 "seq2seq",
                                 "--input",
                                 path("pairs.tsv"),
                                 "--source-column",
                                 "en",
                                 "--target-column",
                                 "de",
                                 "--tokenizer",
                                 path("joint"),
                                 "--width",
                                 "32",
                                 "--inner",
                                 "64",
                                 "--heads",
                                 "2",
                                 "--encoder-layers",
                                 "1",
                                 "--decoder-layers",
                                 "1",
                                 "--dropout",
                                 "0",
                                 "--batch-tokens",
                                 "1000",
                                 "--rate",
                                 "1e-2",
                                 "--schedule",
                                 "linear",
                                 "--warmup",
                                 "40",
                                 "--max-steps",
                                 "400",
                                 "--most-tokens",
                                 "48",
                                 "--output",
                                 path("model"),
                                 "--quiet"});
    ASSERT_EQ(trained.status, 0) << trained.errors;
  }
  static void TearDownTestSuite() { shared_.reset(); }

  static std::string path(const std::string& name) { return (*shared_ / name).string(); }
  static Outcome translate(Options options, std::string input = {}) {
    options.insert(options.begin(), {"translate", "--model", path("model")});
    return run(std::move(options), std::move(input));
  }
  /// The English sentences, one a line.
  static std::string sources() {
    std::string lines;
    for (const auto& pair : sentences()) lines += pair.first + "\n";
    return lines;
  }

  static void expect_refused(int status, const Options& options, const std::string& sentence) {
    const Outcome outcome = translate(options);
    EXPECT_EQ(outcome.status, status) << outcome.errors;
    EXPECT_THAT(outcome.errors, AllOf(testing::StartsWith("mana: "), HasSubstr(sentence)));
    EXPECT_THAT(outcome.output, IsEmpty());
  }

  TemporaryFolder folder_;

 private:
  static std::unique_ptr<TemporaryFolder> shared_;
};

std::unique_ptr<TemporaryFolder> Translate::shared_;

TEST_F(Translate, WritesWhatItWasTaught) {
  const auto pairs = sentences();
  const std::vector<std::string> found = lines_of(translate({"--beam", "1", "--quiet"}, sources()).output);
  ASSERT_THAT(found, SizeIs(pairs.size()));
  std::size_t right = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) right += found[i] == pairs[i].second ? 1 : 0;
  EXPECT_GE(right, pairs.size() * 19 / 20);
}

TEST_F(Translate, HasTheSameBytesInAnyCompany) {
  for (const char* precision : {"f32", "int8"}) {
    const std::vector<Options> searches = {
        {"--beam", "1"}, {"--beam", "4", "--n-best", "4"}, {"--beam", "1", "--sample", "--seed", "7", "--n-best", "3"}};
    for (const Options& search : searches) {
      Options options = {"--precision", precision, "--json", "--quiet"};
      options.insert(options.end(), search.begin(), search.end());
      const std::string together = translate(options, sources()).output;
      Options threads = options;
      threads.insert(threads.end(), {"--threads", "3"});
      EXPECT_EQ(translate(threads, sources()).output, together) << precision << " " << testing::PrintToString(search);
      std::string alone;
      for (const std::size_t i : {0, 7, 199}) alone += translate(options, sentences()[i].first + "\n").output;
      const std::vector<std::string> lines = lines_of(together);
      EXPECT_EQ(alone, lines[0] + "\n" + lines[7] + "\n" + lines[199] + "\n")
          << precision << " " << testing::PrintToString(search);
    }
  }
}

TEST_F(Translate, SaysWhatWasCutAndWhyASearchEnded) {
  std::string text = "the dog sees the ball.";
  for (int i = 0; i < 5; ++i) text += " " + text;
  const Outcome outcome = translate({"--json", text});
  const auto row = nlohmann::json::parse(outcome.output);
  EXPECT_TRUE(row.at("truncated").get<bool>()) << outcome.output;
  EXPECT_THAT(outcome.errors, HasSubstr("1 truncated at 48 tokens, the first is text 1")) << outcome.errors;
  const auto limited =
      nlohmann::json::parse(translate({"--json", "--max-length", "2", "--quiet", "a man likes a tree."}).output);
  EXPECT_EQ(limited.at("translations").at(0).at("ending"), "limit") << limited;
}

TEST_F(Translate, ExplainsWhatEachTokenLookedAt) {
  const auto row = nlohmann::json::parse(translate({"--json", "--explain", "--quiet", "a man likes a tree."}).output);
  const auto& best = row.at("translations").at(0);
  const std::size_t steps = best.at("log_probabilities").size(), source = row.at("pieces").size();
  ASSERT_EQ(best.at("attention").size(), steps);
  ASSERT_EQ(best.at("alignment").size(), steps);
  for (std::size_t i = 0; i < steps; ++i) {
    const auto shares = best.at("attention").at(i).get<std::vector<double>>();
    ASSERT_EQ(shares.size(), source);
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-2);
    EXPECT_EQ(best.at("alignment").at(i), std::ranges::max_element(shares) - shares.begin());
  }
  EXPECT_THAT(translate({"--explain", "--quiet", "a man likes a tree."}).output, HasSubstr("←"));
  const auto mean = nlohmann::json::parse(
      translate({"--json", "--explain", "--alignment-head", "0", "--quiet", "a man likes a tree."}).output);
  EXPECT_NE(mean.at("translations").at(0).at("attention"), best.at("attention"));
  expect_refused(2, {"--alignment-head", "2", "a man"}, "--alignment-head belongs to --explain and --coverage");
  expect_refused(2, {"--explain", "--alignment-head", "3", "a man"}, "--alignment-head is 3, but the decoder has 2");
  expect_refused(2, {"--explain", "--alignment-layer", "2", "a man"}, "--alignment-layer is 2, but the decoder has 1");
}

TEST_F(Translate, RanksByCoverage) {
  const Options search = {"--beam", "4", "--n-best", "4", "--json", "--quiet"};
  const auto scores = [&](Options options) {
    options.insert(options.end(), search.begin(), search.end());
    options.emplace_back("a man likes a tree.");
    const auto row = nlohmann::json::parse(translate(options).output);
    std::vector<double> found;
    for (const auto& each : row.at("translations")) found.push_back(each.at("score").get<double>());
    return found;
  };
  const auto without = scores({}), with = scores({"--coverage", "0.5"});
  EXPECT_LT(with.front(), without.front());  // no token of the source is looked at more than enough
  EXPECT_TRUE(std::ranges::is_sorted(with, std::greater()));
  expect_refused(2, {"--sample", "--coverage", "0.2", "a man"}, "--sample knows no --coverage");
}

TEST_F(Translate, BeginsAsItIsTold) {
  const std::string all =
      translate({"--prefix", "die Katze", "--quiet"}, "a man likes a tree.\nthe dog sees a car.\n").output;
  for (const std::string& line : lines_of(all)) EXPECT_THAT(line, testing::StartsWith("die Katze")) << all;
  write(folder_ / "begun.tsv", "id\tde\n1\tdas Kind\n2\t\n");
  const Options each = {"--prefixes", (folder_ / "begun.tsv").string(), "--prefix-column", "de", "--quiet"};
  const std::string texts = "a man likes a tree.\nthe dog sees a car.\n";
  const std::vector<std::string> begun = lines_of(translate(each, texts).output),
                                 plain = lines_of(translate({"--quiet"}, texts).output);
  ASSERT_THAT(begun, SizeIs(2));
  EXPECT_THAT(begun[0], testing::StartsWith("das Kind"));
  EXPECT_EQ(begun[1], plain[1]);
  EXPECT_THAT(translate(each, texts + "the child.\n").errors, HasSubstr("the prefixes end before text 3"));
  Options told = each;
  told.pop_back();
  EXPECT_THAT(translate(told, "a man.\n").errors, HasSubstr("more prefixes than there are texts"));
  expect_refused(2, {"--prefix", "die", "--prefixes", "x", "a man"}, "--prefix is for all texts");
  expect_refused(2, {"--prefix-column", "de", "a man"}, "--prefix-column belongs to --prefixes");
  expect_refused(1, {"--prefix", "die Katze sieht", "--max-length", "2", "a man"}, "leaves no room in --max-length, 2");
}

TEST_F(Translate, LeavesOutWhatMustNotAppear) {
  const std::string text = "a man likes a tree.";
  const std::string plain = translate({"--quiet", text}).output;
  ASSERT_THAT(plain, HasSubstr("Baum"));
  write(folder_ / "never.txt", "einen Baum\nBaum\n");
  const std::string without = translate({"--suppress", (folder_ / "never.txt").string(), "--quiet", text}).output;
  EXPECT_THAT(without, testing::Not(HasSubstr(" Baum")));
  write(folder_ / "end.txt", "Baum\n</s>\n");
  expect_refused(1, {"--suppress", (folder_ / "end.txt").string(), text},
                 "text 2, '</s>', is the end of a translation");
  write(folder_ / "nothing.txt", "\n");
  expect_refused(1, {"--suppress", (folder_ / "nothing.txt").string(), text}, "holds no text that never appears");
}

TEST_F(Translate, WhatItWritesIsEvaluated) {
  std::string references, texts;
  for (std::size_t i = 0; i < 10; ++i) {
    references += sentences()[i].second + "\n";
    texts += sentences()[i].first + "\n";
  }
  write(folder_ / "references.txt", references);
  std::vector<std::string> scores;
  for (const char* name : {"found.txt", "found.jsonl", "found.tsv"}) {
    Options options = {"--beam", "3", "--quiet", "--output", (folder_ / name).string()};
    if (name != std::string("found.txt")) options.insert(options.end(), {"--n-best", "3"});
    ASSERT_EQ(translate(options, texts).status, 0);
    scores.push_back(run({"eval", "bleu", "--hypotheses", (folder_ / name).string(), "--references",
                          (folder_ / "references.txt").string()})
                         .output);
  }
  EXPECT_THAT(scores[0], HasSubstr("BLEU"));
  EXPECT_EQ(scores[1], scores[0]);
  EXPECT_EQ(scores[2], scores[0]);
}

TEST_F(Translate, GoesOnAfterAKillToTheSameBytes) {
  std::string many;
  for (int i = 0; i < 20; ++i) many += sources();
  write(folder_ / "many.txt", many);
  const Options whole = {"--input", (folder_ / "many.txt").string(), "--quiet", "--threads", "1", "--output"};
  Options options = whole;
  options.push_back((folder_ / "whole.jsonl").string());
  ASSERT_EQ(translate(options).status, 0);
  const std::filesystem::path output = folder_ / "killed.jsonl";
  options = {"translate", "--model", path("model")};
  options.insert(options.end(), whole.begin(), whole.end());
  options.push_back(output.string());
  {
    Process process(options);
    const auto begun = [&] { return std::filesystem::exists(output.string() + ".journal.partial"); };
    EXPECT_TRUE(eventually(begun));
    process.signal(SIGKILL);
    process.wait();
  }
  options.emplace_back("--resume-if-any");
  const Outcome resumed = run(options);
  ASSERT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(read(output), read(folder_ / "whole.jsonl"));
}

TEST_F(Translate, RefusesWhatMeansNothing) {
  expect_refused(2, {"--beam", "0", "a man"}, "--beam is 0: follow at least one hypothesis");
  expect_refused(2, {"--beam", "46", "a man"}, "beam");
  expect_refused(2, {"--max-length", "49", "a man"}, "48 positions");
  expect_refused(2, {"--beam", "2", "--n-best", "3", "a man"}, "--n-best is 3");
  expect_refused(2, {"--beam", "2", "--n-best", "3", "--json", "a man"}, "n-best");
  const Outcome encoder = run({"translate", "--model", small_model().string(), "a man"});
  EXPECT_EQ(encoder.status, 1);
  EXPECT_THAT(encoder.errors, HasSubstr("model_type is 'bert'"));
}

TEST_F(Translate, AnEmptyLineStaysALine) {
  EXPECT_EQ(lines_of(translate({"--quiet"}, "\na man likes a tree.\n\n").output).size(), 3U);
}

TEST_F(Translate, ItsFolderIsInspectedAndVerified) {
  const auto about = nlohmann::json::parse(run({"inspect", "--model", path("model"), "--json"}).output);
  EXPECT_EQ(about.at("architecture").at("type"), "marian");
  EXPECT_EQ(about.at("architecture").at("width"), 32);
  // 45 · 32 + 45 of table and logits, 32 and 4 · 32² + 4 · 32 of attention, 2 · 32 · 64 + 96 of feed-forward, norms of
  // 64
  EXPECT_EQ(about.at("used_parameters"), 45 * 32 + 45 + 3 * (4 * 32 * 32 + 4 * 32) + 2 * (2 * 32 * 64 + 96) + 5 * 64);
  EXPECT_EQ(about.at("unused_parameters"), 0);
  const Outcome verified = run({"verify", "--model", path("model")});
  EXPECT_EQ(verified.status, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("nothing is wrong"));
  EXPECT_THAT(run({"embed", "--model", path("model"), "a man"}).errors, HasSubstr("mana translate takes it"));
}

TEST_F(Translate, AFolderThatIsDamagedIsNamed) {
  std::filesystem::copy(path("model"), folder_ / "broken");
  std::string weights = read(folder_ / "broken" / "model.safetensors");
  std::fill(weights.end() - 4, weights.end(), '\xff');  // no number
  write(folder_ / "broken" / "model.safetensors", weights);
  const Outcome verified = run({"verify", "--model", (folder_ / "broken").string()});
  EXPECT_EQ(verified.status, 1);
  EXPECT_THAT(verified.output, HasSubstr("WRONG"));
}

}  // namespace
}  // namespace mana::program
