// `mana train seq2seq` from outside: what it learns and writes, how it goes on after any end, what it says of bad
// input.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "mana/text/marian_tokenizers.h"
#include "parallel_sentences.h"
#include "process.h"
#include "tests/support/source_path.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Options = std::vector<std::string>;

class TrainSeq2seq : public testing::Test {
 protected:
  TrainSeq2seq() {
    std::string train = "en\tde\n", validation = train, source, target;
    for (const auto& [english, german] : sentences()) {
      const bool learned = lines_of(train).size() <= 180;
      (learned ? train : validation) += fmt::format("{}\t{}\n", english, german);
      source += english + "\n";
      target += german + "\n";
    }
    put("train.tsv", train);
    put("val.tsv", validation);
    put("all.en", source);
    put("all.de", target);
    train_tokenizer("joint", {"--type", "unigram"}, {path("all.en"), path("all.de")});
  }

  void put(const std::string& name, std::string_view text) const { write(folder_ / name, text); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }

  void train_tokenizer(const std::string& output, Options options, const Options& files) const {
    options.insert(options.begin(), {"train", "tokenizer", "--output", path(output)});
    if (std::ranges::find(options, "--vocabulary") == options.end())
      options.insert(options.end(), {"--vocabulary", "45"});
    options.insert(options.end(), files.begin(), files.end());
    ASSERT_THAT(run(options).errors, Not(HasSubstr("mana:")));
  }

  /// A small one on the table; `more` options may take the place of these, and "" takes one away.
  Options command(const std::string& output, const Options& more = {}) const {
    Options words = {"train", "seq2seq", "--output", path(output)};
    const std::vector<std::pair<std::string, std::string>> usual = {{"--input", path("train.tsv")},
                                                                    {"--source-column", "en"},
                                                                    {"--target-column", "de"},
                                                                    {"--validation", path("val.tsv")},
                                                                    {"--tokenizer", path("joint")},
                                                                    {"--width", "32"},
                                                                    {"--inner", "64"},
                                                                    {"--heads", "2"},
                                                                    {"--encoder-layers", "1"},
                                                                    {"--decoder-layers", "1"},
                                                                    {"--batch-tokens", "500"},
                                                                    {"--rate", "5e-3"},
                                                                    {"--warmup", "60"},
                                                                    {"--evaluate-every", "20"},
                                                                    {"--threads", "1"},
                                                                    {"--max-steps", "60"}};
    for (const auto& [option, value] : usual) {
      if (std::ranges::find(more, option) == more.end()) words.insert(words.end(), {option, value});
    }
    for (std::size_t i = 0; i < more.size(); ++i) {
      if (i + 1 < more.size() && more[i + 1].empty()) {
        ++i;
      } else {
        words.push_back(more[i]);
      }
    }
    return words;
  }

  /// One sentence, and nothing is written.
  void expect_refused(int status, const Options& options, const std::string& sentence) const {
    Options words = command("bad", options);
    words.emplace_back("--quiet");
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, status) << outcome.errors;
    EXPECT_THAT(outcome.errors, AllOf(testing::StartsWith("mana: "), HasSubstr(sentence)));
    EXPECT_EQ(lines_of(outcome.errors).size(), 1U) << outcome.errors;
    EXPECT_THAT(outcome.output, IsEmpty());
    EXPECT_THAT(beside("bad"), IsEmpty());
  }

  Options beside(const std::string& begin) const {
    Options names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename();
      if (name.starts_with(begin)) names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
  }

  Options files_of(const std::string& output) const {
    Options names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / output)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  std::string weights(const std::string& output) const { return read(folder_ / output / "model.safetensors"); }

  TemporaryFolder folder_;
};

TEST_F(TrainSeq2seq, LearnsToTranslateAndWritesWhatMarianHas) {
  const Outcome outcome =
      run(command("out", {"--max-steps", "400", "--evaluate-every", "100", "--bleu-every", "150", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const auto report = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(report["pairs"], 180);
  EXPECT_EQ(report["steps"], 400);
  EXPECT_LT(report["after"], 0.4);
  EXPECT_GT(report["before"], 3);
  EXPECT_NEAR(report["perplexity"].get<double>(), std::exp(report["after"].get<double>()), 1e-9);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("train.tsv: 180 pairs"), HasSubstr("step 100: validation cross-entropy"),
                                    HasSubstr("perplexity"), HasSubstr("the best so far")));
  for (const char* file :
       {"config.json", "model.safetensors", "source.spm", "target.spm", "vocab.json", "tokenizer_config.json",
        "generation_config.json", "README.md", "training.jsonl", "training.html"}) {
    EXPECT_THAT(files_of("out"), Contains(file));
  }
  EXPECT_THAT(beside("out"), ElementsAre("out"));
  EXPECT_THAT(read(folder_ / "out" / "README.md"), AllOf(HasSubstr("MarianMTModel"), HasSubstr("180 pairs")));
  const std::string log = read(folder_ / "out" / "training.jsonl");
  EXPECT_THAT(log, AllOf(HasSubstr("\"step\":400"), HasSubstr("\"perplexity\":")));
  std::vector<int> measured;  // at the first evaluations after 150 and 300 steps, and at the end
  double bleu = 0;
  for (const std::string& line : lines_of(log)) {
    const auto entry = nlohmann::json::parse(line);
    if (!entry.contains("bleu")) continue;
    measured.push_back(entry["step"]);
    bleu = entry["bleu"];
  }
  EXPECT_THAT(measured, ElementsAre(200, 300, 400));
  EXPECT_GT(bleu, 60);

  const auto config = nlohmann::json::parse(read(folder_ / "out" / "config.json"));
  const text::MarianTokenizers tokenizers = text::read_marian_tokenizers(folder_ / "out");
  EXPECT_EQ(config["model_type"], "marian");
  EXPECT_EQ(config["vocab_size"], tokenizers.source.vocabulary_size());
  EXPECT_EQ(config["decoder_start_token_id"], *tokenizers.target.id("<pad>"));
  EXPECT_EQ(tokenizers.source.encode("a man").ids.back(), config["eos_token_id"]);

  const Outcome verified = run({"verify", "--model", (folder_ / "out").string()});
  EXPECT_EQ(verified.status, 0);
  EXPECT_THAT(verified.output + verified.errors, Not(HasSubstr("pieces of"))) << "<s> is no piece of a text";
}

TEST_F(TrainSeq2seq, TwoFilesOfLinesAreTheSameAsATable) {
  std::string english, german;
  for (const std::string& line : lines_of(read(folder_ / "train.tsv"))) {
    const std::size_t tab = line.find('\t');
    if (english.empty() && german.empty() && line == "en\tde") continue;
    english += line.substr(0, tab) + "\n";
    german += line.substr(tab + 1) + "\n";
  }
  put("train.en", english);
  put("train.de", german);
  ASSERT_EQ(run(command("table")).status, 0);
  const Outcome outcome =
      run(command("lines", {"--input", "", "--source", path("train.en"), "--target", path("train.de")}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(weights("lines"), weights("table"));
}

TEST_F(TrainSeq2seq, BitsDoNotDependOnThreads) {
  ASSERT_EQ(run(command("one")).status, 0);
  ASSERT_EQ(run(command("two", {"--threads", "2"})).status, 0);
  EXPECT_EQ(weights("one"), weights("two"));
  ASSERT_EQ(run(command("seed", {"--seed", "1"})).status, 0);
  EXPECT_NE(weights("one"), weights("seed"));
}

TEST_F(TrainSeq2seq, GoesOnAfterAKillOrAnInterruptionToTheSameBits) {
  const Options more = {"--average-last", "3", "--save-every", "40", "--evaluate-every", "30", "--max-steps", "400"};
  ASSERT_EQ(run(command("whole", more)).status, 0);
  for (const int signal : {SIGKILL, SIGINT}) {
    const std::string output = fmt::format("broken{}", signal);
    {
      Process process(command(output, more));
      ASSERT_TRUE(eventually([&] { return exists(output + ".checkpoint"); }));
      process.signal(signal);
      EXPECT_EQ(process.wait().status, 128 + signal);
    }
    EXPECT_FALSE(exists(output + "/model.safetensors"));
    Options resumed = command(output, more);
    resumed.emplace_back("--resume");
    const Outcome outcome = run(resumed);
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(weights(output), weights("whole"));
    EXPECT_EQ(read(folder_ / output / "training.jsonl"), read(folder_ / "whole" / "training.jsonl"));
    EXPECT_THAT(beside(output), ElementsAre(output));
    // A loop around a command that may be killed ends: what is done stays.
    resumed.back() = "--resume-if-any";
    const Outcome again = run(resumed);
    EXPECT_EQ(again.status, 0) << again.errors;
    EXPECT_EQ(weights(output), weights("whole"));
  }
}

TEST_F(TrainSeq2seq, ACheckpointOfAnotherRunIsRefused) {
  {
    Process process(command("out", {"--save-every", "5", "--max-steps", "100000"}));
    ASSERT_TRUE(eventually([&] { return exists("out.checkpoint"); }));
    process.signal(SIGKILL);
    process.wait();
  }
  const Outcome outcome =
      run(command("out", {"--save-every", "5", "--max-steps", "100000", "--smoothing", "0.2", "--resume"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("--smoothing is 0.2, there it was 0.1"));
}

TEST_F(TrainSeq2seq, GoesOnFromAModel) {
  ASSERT_EQ(run(command("first")).status, 0);
  Options more = {"train",
                  "seq2seq",
                  "--model",
                  path("first"),
                  "--input",
                  path("train.tsv"),
                  "--source-column",
                  "en",
                  "--target-column",
                  "de",
                  "--validation",
                  path("val.tsv"),
                  "--output",
                  path("second"),
                  "--max-steps",
                  "5",
                  "--warmup",
                  "0",
                  "--rate",
                  "1e-4",
                  "--json",
                  "--threads",
                  "1"};
  const Outcome outcome = run(more);
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const auto report = nlohmann::json::parse(outcome.output);
  const auto log = lines_of(read(folder_ / "first" / "training.jsonl"));
  EXPECT_NEAR(report["before"].get<double>(), nlohmann::json::parse(log.back())["score"].get<double>(), 1e-5);
  EXPECT_EQ(read(folder_ / "second" / "vocab.json"), read(folder_ / "first" / "vocab.json"));
  more.insert(more.end(), {"--width", "64"});
  EXPECT_THAT(run(more).errors, HasSubstr("--width is of a new model; that of --model has its own"));
}

TEST_F(TrainSeq2seq, EverySideMayHaveATokenizerOfItsOwn) {
  train_tokenizer("english", {"--type", "unigram", "--vocabulary", "36"}, {path("all.en")});
  train_tokenizer("german", {"--type", "bpe", "--vocabulary", "40"}, {path("all.de")});
  const Options two = {"--tokenizer", "", "--source-tokenizer", path("english"), "--target-tokenizer", path("german")};
  Options tied = two;
  tied.insert(tied.end(), {"--tie", "target", "--norm", "pre", "--positions", "trainable", "--activation", "silu",
                           "--neighbours", "2"});
  const Outcome outcome = run(command("out", tied));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(files_of("out"), Contains("target_vocab.json"));
  EXPECT_THAT(read(folder_ / "out" / "README.md"), Not(HasSubstr("MarianMTModel")));
  EXPECT_EQ(nlohmann::json::parse(read(folder_ / "out" / "config.json")).at("attention_neighbours"), 2);
  expect_refused(2, two, "with a tokenizer for each side there is no table for both; --tie target or none");
}

TEST_F(TrainSeq2seq, AnotherKindOfTokenizerEndsItsTexts) {
  train_tokenizer("bytes", {"--type", "byte-bpe", "--vocabulary", "300", "--special", "</s>,<pad>"},
                  {path("all.en"), path("all.de")});
  const Outcome outcome = run(command("out", {"--tokenizer", path("bytes")}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const text::Tokenizer tokenizer = text::Tokenizer::load(folder_ / "out");
  const std::vector<text::TokenId> ids = tokenizer.encode("the dog").ids;
  EXPECT_EQ(ids.back(), *tokenizer.id("</s>"));
  EXPECT_EQ(tokenizer.decode(ids), "the dog");
  EXPECT_NE(ids[ids.size() - 2], ids.back());

  train_tokenizer("plain", {"--type", "byte-bpe", "--vocabulary", "300"}, {path("all.en")});
  expect_refused(1, {"--tokenizer", path("plain")}, "the tokenizer has no token </s>, which ends every text");
}

TEST_F(TrainSeq2seq, LongPairsAreLeftOutAndTold) {
  const Outcome outcome = run(command("out", {"--max-length", "20", "--json", "--max-steps", "20"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const auto report = nlohmann::json::parse(outcome.output);
  EXPECT_GT(report["left_out"], 0);
  EXPECT_EQ(report["left_out"].get<int>() + report["pairs"].get<int>(), 180);
  EXPECT_THAT(outcome.errors, HasSubstr("of 180 pairs have a side of more than 20 tokens and are left out"));
  expect_refused(1, {"--max-length", "2"}, "all 180 pairs are longer than the 2 tokens of --max-length");
  expect_refused(2, {"--max-length", "900"}, "--max-length is 900, but the model has 512 positions");
}

TEST_F(TrainSeq2seq, BadInputIsOneSentence) {
  put("short.de", "ein\n");
  put("two.en", "one\ntwo\n");
  const auto lines = [&](const std::string& source, const std::string& target) {
    return Options{"--input", "", "--source", path(source), "--target", path(target)};
  };
  expect_refused(1, lines("two.en", "short.de"), "two.en:2 has no line in");
  put("empty.de", "ein\n\n");
  expect_refused(1, lines("two.en", "empty.de"), "empty.de:2 is empty");
  expect_refused(1, {"--target-column", "fr"}, "fr");
  expect_refused(1, {"--input", path("nowhere.tsv")}, "nowhere.tsv");
  expect_refused(2, {"--input", ""}, "the parallel text to learn from is a file of rows, or a file for each side");
  expect_refused(2, {"--tokenizer", ""}, "name one tokenizer for both sides with --tokenizer");
  expect_refused(1, {"--tokenizer", path("nowhere")}, "nowhere");
  expect_refused(1, {"--heads", "3"}, "3 heads of the encoder do not divide the width 32");
  expect_refused(2, {"--batch-tokens", "0"}, "--batch-tokens takes a whole number above 0");
  expect_refused(2, {"--smoothing", "1"}, "--smoothing takes a number");
  expect_refused(2, {"--precision", "int8"}, "--precision int8 is for models that are trained");
  expect_refused(2, {"--validation", "", "--patience", "2", "--evaluate-every", ""},
                 "--patience belongs to --validation");
}

TEST_F(TrainSeq2seq, TheExampleIsUnderstood) {
  const Outcome outcome = run({"train", "seq2seq", "--config", source_path("examples/multi30k-en-de.toml"),
                               "--tokenizer", path("joint"), "--output", path("out"), "--input", path("nowhere.tsv")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("nowhere.tsv"));
}

TEST_F(TrainSeq2seq, NothingElseIsReplaced) {
  std::filesystem::create_directory(folder_ / "out");
  put("out/letter.txt", "dear");
  EXPECT_EQ(run(command("out", {"--force"})).status, 1);
  EXPECT_EQ(read(folder_ / "out" / "letter.txt"), "dear");
  ASSERT_EQ(run(command("model", {"--max-steps", "5"})).status, 0);
  EXPECT_EQ(run(command("model", {"--max-steps", "5"})).status, 1);
  EXPECT_EQ(run(command("model", {"--max-steps", "5", "--force"})).status, 0);
}

}  // namespace
}  // namespace mana::program
