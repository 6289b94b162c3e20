// `mana train sentence --loss tsdae` from outside: raw text in, an ordinary sentence encoder out.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "mana/formats/safetensors.h"
#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class TrainTsdae : public testing::Test {
 protected:
  TrainTsdae() {
    std::string texts;
    for (int i = 0; i < 24; ++i)
      texts += fmt::format("hello {} world, \"{}\" sat\n{}", i, i * 7, i % 3 == 0 ? "\n" : "");
    write(folder_ / "texts.txt", texts);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  Outcome train(const std::string& output, const std::vector<std::string>& more = {}) const {
    return run(command(output, more));
  }
  /// With `more` in the place of what is usual.
  std::vector<std::string> command(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"train", "sentence", "--loss", "tsdae", "--output", path(output)};
    const std::vector<std::pair<std::string, std::string>> usual = {{"--model", small_model().string()},
                                                                    {"--data", path("texts.txt")},
                                                                    {"--batch", "4"},
                                                                    {"--learning-rate", "1e-3"}};
    for (const auto& [option, value] : usual) {
      if (std::ranges::find(more, option) == more.end()) words.insert(words.end(), {option, value});
    }
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  void expect_refused(const std::vector<std::string>& more, const std::string& sentence) const {
    std::vector<std::string> words = more;
    words.emplace_back("--quiet");
    const Outcome outcome = train("refused", words);
    EXPECT_NE(outcome.status, 0);
    EXPECT_THAT(outcome.errors, AllOf(testing::StartsWith("mana: "), HasSubstr(sentence)));
    EXPECT_EQ(lines_of(outcome.errors).size(), 1U) << outcome.errors;
    EXPECT_FALSE(std::filesystem::exists(path("refused")));
  }

  TemporaryFolder folder_;
};

TEST_F(TrainTsdae, WritesAnOrdinaryEncoder) {
  const Outcome outcome = train("model", {"--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("\"rows\":24,"));
  EXPECT_THAT(outcome.errors, HasSubstr("text"));
  EXPECT_THAT(read(folder_ / "model" / "README.md"),
              AllOf(HasSubstr("| loss | tsdae |"), HasSubstr("| words left out | 0.6 |"), HasSubstr("| pooling | ")));
  const auto before = formats::StoredWeights::open(small_model()), after = formats::StoredWeights::open(path("model"));
  ASSERT_EQ(after.tensors().size(), before.tensors().size()) << "the decoder is not kept";
  const auto table = "embeddings.word_embeddings.weight";
  EXPECT_NE(after.f32(table, after.at(table).shape), before.f32(table, before.at(table).shape));
  const Outcome vectors = run({"embed", "--model", path("model"), "hello world"});
  EXPECT_EQ(vectors.status, 0) << vectors.errors;
}

TEST_F(TrainTsdae, TheFirstLineIsATextOrIsTold) {
  write(folder_ / "TEXTS.TXT", read(folder_ / "texts.txt"));
  EXPECT_THAT(train("upper", {"--data", path("TEXTS.TXT"), "--max-steps", "1", "--json"}).output,
              HasSubstr("\"rows\":24,"));
  write(folder_ / "texts.tsv", "the dog\nthe cat sat\nthe man\nhello world\na tree\n");
  EXPECT_THAT(train("table", {"--data", path("texts.tsv"), "--max-steps", "1"}).errors,
              HasSubstr("is taken as the header, not learned"));
  const Outcome taught =
      run({"train", "sentence", "--loss", "mse", "--model", small_model().string(), "--teacher", small_model().string(),
           "--data", path("texts.txt"), "--batch", "4", "--max-steps", "1", "--output", path("taught"), "--json"});
  EXPECT_THAT(taught.output, HasSubstr("\"rows\":24,")) << taught.errors;
}

TEST_F(TrainTsdae, GivesTheSameModelWithAnyNumberOfThreadsAndAfterAKill) {
  const std::vector<std::string> course = {"--dropout", "0.1", "--max-steps", "300"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), course.begin(), course.end());
    return more;
  };
  ASSERT_EQ(train("one", with({"--threads", "1"})).status, 0);
  ASSERT_EQ(train("two", with({"--threads", "2"})).status, 0);
  const std::string weights = read(folder_ / "one" / "model.safetensors");
  EXPECT_EQ(read(folder_ / "two" / "model.safetensors"), weights);

  Process process(command("killed", with({"--threads", "1", "--save-every", "1"})));
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(path("killed.checkpoint")); }));
  process.signal(SIGKILL);
  process.wait();
  const Outcome resumed = train("killed", with({"--threads", "1", "--resume"}));
  EXPECT_EQ(resumed.status, 0) << resumed.errors;
  EXPECT_EQ(read(folder_ / "killed" / "model.safetensors"), weights);
}

TEST_F(TrainTsdae, RefusesWhatMakesNoSense) {
  write(folder_ / "pairs.tsv", "a\tb\nhello\tworld\nthe\tcat\n");
  expect_refused({"--data", path("pairs.tsv")}, "pairs.tsv");
  expect_refused({"--matryoshka", "32,16"}, "Matryoshka");
  expect_refused({"--scale", "20"}, "the loss tsdae has no scale");
  expect_refused({"--margin", "1"}, "the loss tsdae has no margin");
  expect_refused({"--symmetric"}, "the loss tsdae has no symmetric form");
  expect_refused({"--mini-batch", "4"}, "the loss tsdae has no mini-batch");
  expect_refused({"--label", "score"}, "--label");
  expect_refused({"--score-range", "0,5"}, "--score-range belongs to");
  expect_refused({"--teacher", small_model().string()}, "--teacher belongs to");
  for (const char* share : {"1", "-0.1"})
    expect_refused({"--deletion", share}, fmt::format("--deletion takes a number from 0 to below 1, not '{}'", share));
  write(folder_ / "pairs.txt", "a\tb\nhello\tworld\nthe\tcat\n");
  const Outcome other = run({"train", "sentence", "--model", small_model().string(), "--data", path("pairs.txt"),
                             "--loss", "mnr", "--deletion", "0.5", "--output", path("other")});
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.errors, HasSubstr("--deletion belongs to --loss tsdae"));
}

TEST_F(TrainTsdae, AnotherShareOfWordsIsAnotherRun) {
  ASSERT_EQ(train("model", {"--max-steps", "2", "--keep-checkpoint"}).status, 0);
  const Outcome other =
      train("model", {"--max-steps", "4", "--keep-checkpoint", "--resume", "--extend", "--force", "--deletion", "0.3"});
  EXPECT_NE(other.status, 0);
  EXPECT_THAT(other.errors, HasSubstr("--deletion is 0.3, there it was 0.6"));
}

TEST_F(TrainTsdae, AStaticEmbeddingHasNoLayersToWriteWith) {
  expect_refused({"--model", fixture_path("static_models/plain")}, "has no layers");
}

}  // namespace
}  // namespace mana::program
