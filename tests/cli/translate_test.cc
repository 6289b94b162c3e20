// `mana translate`, and what other commands make of a translator's folder.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

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
  EXPECT_THAT(outcome.errors, HasSubstr("1 truncated at 48 tokens")) << outcome.errors;
  const auto limited =
      nlohmann::json::parse(translate({"--json", "--max-length", "2", "--quiet", "a man likes a tree."}).output);
  EXPECT_EQ(limited.at("translations").at(0).at("ending"), "limit") << limited;
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
  expect_refused(1, {"--beam", "0", "a man"}, "--beam is 0: follow at least one hypothesis");
  expect_refused(1, {"--beam", "46", "a man"}, "beam");
  expect_refused(1, {"--max-length", "49", "a man"}, "48 positions");
  expect_refused(2, {"--beam", "2", "--n-best", "3", "a man"}, "--n-best is 3");
  expect_refused(1, {"--beam", "2", "--n-best", "3", "--json", "a man"}, "n-best");
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
