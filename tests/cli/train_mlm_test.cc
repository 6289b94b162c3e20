// `mana train mlm` from outside: from raw text to a sentence encoder, stopped and resumed on the way, and what it says
// of bad input.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "mana/data/pretraining/masked_batches.h"
#include "parallel_sentences.h"
#include "process.h"
#include "refusal.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

using Options = std::vector<std::string>;

class TrainMlm : public testing::Test {
 protected:
  TrainMlm() {
    std::string text;
    std::size_t count = 0;
    for (const auto& [english, german] : sentences()) {
      text += english + ".\n";
      if (++count % 8 == 0) text += "\n";  // a document
    }
    put("corpus.txt", text);
    put("lines.txt", "the dog sees a tree.\na woman likes the ball.\n");
    put("pairs.tsv", "anchor\tpositive\nthe dog sees a tree\ta tree\na man finds a car\ta car\nthe cat\tthe house\n");
    const Outcome outcome = run({"train", "tokenizer", "--type", "wordpiece", "--lowercase", "--vocabulary", "60",
                                 "--output", path("tokenizer"), path("corpus.txt")});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
  }

  void put(const std::string& name, std::string_view text) const { write(folder_ / name, text); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
  std::string weights(const std::string& output) const { return read(folder_ / output / "model.safetensors"); }

  /// A tiny one on the text; `more` options may take the place of these.
  Options command(const std::string& output, const Options& more = {}) const {
    Options words = {"train", "mlm", "--output", path(output)};
    const std::vector<std::pair<std::string, std::string>> usual = {{"--input", path("corpus.txt")},
                                                                    {"--tokenizer", path("tokenizer")},
                                                                    {"--shape", "tiny"},
                                                                    {"--length", "32"},
                                                                    {"--batch-tokens", "512"},
                                                                    {"--rate", "2e-3"},
                                                                    {"--held-out", "0.1"},
                                                                    {"--evaluate-every", "20"},
                                                                    {"--threads", "1"},
                                                                    {"--max-steps", "40"}};
    for (const auto& [option, value] : usual) {
      const bool other = std::ranges::find(more, option) != more.end() ||
                         (option == "--tokenizer" && std::ranges::find(more, "--model") != more.end()) ||
                         (option == "--shape" && std::ranges::find(more, "--model") != more.end());
      if (!other) words.insert(words.end(), {option, value});
    }
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  TemporaryFolder folder_;
};

TEST_F(TrainMlm, FromTextToASentenceEncoder) {
  const Outcome outcome = run(command("bert", {"--nsp", "on", "--max-steps", "300", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const auto report = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(report["steps"], 300);
  EXPECT_GT(report["before"], 3.5);
  EXPECT_LT(report["after"], 2);
  EXPECT_GT(report["masked_accuracy"], 30);
  EXPECT_LE(report["masked_accuracy"], 100);
  EXPECT_TRUE(report.contains("next_accuracy"));
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("documents"), HasSubstr("are held out"),
                                    HasSubstr("step 20: validation loss"), HasSubstr("masked accuracy")));
  for (const char* file :
       {"config.json", "model.safetensors", "tokenizer.json", "README.md", "training.jsonl", "training.html"}) {
    EXPECT_TRUE(exists("bert/" + std::string(file))) << file;
  }
  EXPECT_THAT(read(folder_ / "bert/config.json"), HasSubstr("BertForPreTraining"));
  EXPECT_EQ(nlohmann::json::parse(read(folder_ / "bert/tokenizer_config.json"))["model_max_length"], 512);
  EXPECT_TRUE(exists("bert.tokens"));
  EXPECT_FALSE(exists("bert.checkpoint"));

  const Outcome filled = run({"fill", "--model", path("bert"), "--json", "--top", "3", "the [MASK] sees [MASK] tree."});
  ASSERT_EQ(filled.status, 0) << filled.errors;
  const auto masks = nlohmann::json::parse(filled.output)["masks"];
  ASSERT_EQ(masks.size(), 2U);
  EXPECT_EQ(masks[0].size(), 3U);
  EXPECT_GE(masks[0][0]["score"], masks[0][1]["score"]);

  put("masked.txt", "the [MASK] sees a tree\na man [MASK] a car\n");
  const Outcome several = run({"fill", "--model", path("bert"), "--top", "1", "--input", path("masked.txt")});
  EXPECT_THAT(several.output, AllOf(HasSubstr("the [MASK] sees a tree\n"), HasSubstr("\n\na man [MASK] a car\n")));
  EXPECT_THAT(run({"fill", "--model", path("bert"), "a [MASK]", "a tree"}).errors, HasSubstr("text 2: "));

  const Outcome measured = run({"eval", "mlm", "--model", path("bert"), "--input", path("lines.txt"), "--json"});
  ASSERT_EQ(measured.status, 0) << measured.errors;
  const auto scores = nlohmann::json::parse(measured.output);
  EXPECT_EQ(scores["texts"], 2);
  EXPECT_GT(scores["pseudo_perplexity"], 1);
  EXPECT_LT(scores["pseudo_perplexity"], 20);

  const Outcome tuned = run({"train", "sentence", "--model", path("bert"), "--data", path("pairs.tsv"), "--pooling",
                             "cls", "--batch", "3", "--output", path("encoder"), "--threads", "1"});
  ASSERT_EQ(tuned.status, 0) << tuned.errors;
  EXPECT_THAT(read(folder_ / "encoder/1_Pooling/config.json"), HasSubstr("\"pooling_mode_cls_token\": true"));
  EXPECT_EQ(run({"similarity", "--model", path("encoder"), "the dog", "a cat"}).status, 0);
}

TEST_F(TrainMlm, GoesOnAfterAnyEndToTheSameBits) {
  const Options options = {"--nsp", "on", "--long", "48", "--long-share", "0.3", "--save-every", "7"};
  ASSERT_EQ(run(command("whole", options)).status, 0);
  Process killed(command("killed", options));
  ASSERT_TRUE(eventually([&] { return exists("killed.checkpoint"); }));
  killed.signal(SIGKILL);
  killed.wait();
  Options resumed = options;
  resumed.emplace_back("--resume-if-any");
  const Outcome outcome = run(command("killed", resumed));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(weights("killed"), weights("whole"));
  // A loop around a command that may be killed ends: what is done stays.
  const Outcome again = run(command("killed", resumed));
  EXPECT_EQ(again.status, 0) << again.errors;
  EXPECT_THAT(again.errors, HasSubstr("its training is done"));
  EXPECT_EQ(weights("killed"), weights("whole"));
}

TEST_F(TrainMlm, TextThatChangedIsNoticedAtResume) {
  ASSERT_EQ(run(command("out", {"--keep-checkpoint"})).status, 0);
  put("corpus.txt", read(folder_ / "corpus.txt") + "\nthe dog sees the dog.\nthe cat hears the dog.\n");
  const Outcome outcome = run(command("out", {"--resume", "--force", "--max-steps", "50", "--quiet"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("text"));
}

TEST_F(TrainMlm, AnotherProgramGetsTheSameBatches) {
  const Options data = {
      "train",   "mlm-batches", "--input", path("corpus.txt"), "--tokenizer", path("tokenizer"), "--length",
      "32",      "--shape",     "tiny",    "--batch-tokens",   "512",         "--nsp",           "on",
      "--quiet", "--held-out",  "0.1"};
  const auto batches = [&](Options more) {
    more.insert(more.begin(), data.begin(), data.end());
    const Outcome outcome = run(more);
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    std::vector<nlohmann::json> found;
    for (const std::string& line : lines_of(outcome.output)) found.push_back(nlohmann::json::parse(line));
    return found;
  };
  // What the program itself makes of them, in another order of work: through the library, upon the run's own tokens.
  ASSERT_EQ(run(command("bert", {"--nsp", "on", "--max-steps", "1"})).status, 0);
  const auto tokens = data::TokenFile::open(path("bert.tokens"));
  const auto tokenizer = text::Tokenizer::load(path("tokenizer"));
  const data::MaskVocabulary vocabulary(tokenizer);
  const data::MaskedBatchOptions options{
      .packing = {.form = data::Packing::Form::pairs, .length = 32}, .batch_tokens = 512, .held_out = 0.1};
  for (const bool held_out : {false, true}) {
    const auto side = held_out ? data::CorpusSide::held_out : data::CorpusSide::training;
    const data::MaskedBatches expected(tokens, vocabulary, options, side);
    const std::size_t count = held_out ? expected.steps() : 2 * expected.steps() + 1;
    const auto found =
        batches(held_out ? Options{"--side", "held-out"} : Options{"--max-steps", fmt::format("{}", count)});
    ASSERT_EQ(found.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const data::MaskedBatch batch = expected.batch(i / expected.steps(), i % expected.steps());
      EXPECT_EQ(found[i]["ids"].get<std::vector<std::int32_t>>(), batch.ids);
      EXPECT_EQ(found[i]["offsets"].get<std::vector<std::uint32_t>>(), batch.offsets);
      EXPECT_EQ(found[i]["chosen"].get<std::vector<std::uint32_t>>(), batch.chosen);
      EXPECT_EQ(found[i]["originals"].get<std::vector<std::int32_t>>(), batch.originals);
      EXPECT_EQ(found[i]["type_ids"].get<std::vector<std::int32_t>>(), batch.type_ids);
      EXPECT_EQ(found[i]["next"].get<std::vector<std::int32_t>>(), batch.next);
    }
  }
  Options none = data;
  none.back() = "0";
  none.insert(none.end(), {"--side", "held-out"});
  expect_refusal(run(none), 2, "--held-out is 0");
  for (const auto& [option, sentence] :
       {std::pair("--validation-tokens", "belongs to --side held-out"), std::pair("--long", "--long")}) {
    Options more = data;
    more.insert(more.end(), {option, "100"});
    expect_refusal(run(more), 2, sentence);
  }
}

TEST_F(TrainMlm, AnotherOptionIsNamedAtResume) {
  ASSERT_EQ(run(command("out", {"--keep-checkpoint", "--max-steps", "3"})).status, 0);
  for (const auto& [option, value] : {std::pair("--seed", "7"), std::pair("--dropout", "0.2")}) {
    expect_refusal(run(command("out", {"--resume", "--force", "--max-steps", "3", option, value, "--quiet"})), 1,
                   fmt::format("{} is {}", option, value));
  }
}

TEST_F(TrainMlm, ASecondRunLeavesTheFirstOnesTokens) {
  Process first(command("out", {"--max-steps", "1000000"}));
  ASSERT_TRUE(eventually([&] { return exists("out.tokens"); }));
  const std::string tokens = read(folder_ / "out.tokens");
  put("other.txt", "the dog sees the dog.\nthe cat hears the dog.\n\nthe man likes a tree.\n");
  const Outcome second = run(command("out", {"--input", path("other.txt"), "--quiet"}));
  first.signal(SIGKILL);
  first.wait();
  expect_refusal(second, 1, "another process is writing");
  EXPECT_EQ(read(folder_ / "out.tokens"), tokens);
}

TEST_F(TrainMlm, GoesOnWithAModelAndItsHeads) {
  ASSERT_EQ(run(command("first")).status, 0);
  EXPECT_THAT(read(folder_ / "first/config.json"), HasSubstr("BertForMaskedLM"));
  const Outcome outcome = run(command("second", {"--model", path("first"), "--nsp", "on", "--max-steps", "5"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("begin anew"));
  EXPECT_THAT(read(folder_ / "second/config.json"), HasSubstr("BertForPreTraining"));
  const Outcome bare = run(command("third", {"--model", small_model().string(), "--length", "16", "--max-steps", "3"}));
  EXPECT_EQ(bare.status, 0) << bare.errors;
}

TEST_F(TrainMlm, WhatCannotBeIsRefusedInOneSentence) {
  const auto refuse = [&](int status, Options options, const std::string& sentence) {
    options.emplace_back("--quiet");
    expect_refusal(run(command("bad", options)), status, sentence);
    EXPECT_FALSE(exists("bad"));
  };
  refuse(1, {"--tokenizer", path("none")}, "none");
  refuse(2, {"--mask-rate", "1"}, "--mask-rate");
  refuse(2, {"--long", "16"}, "--long");
  refuse(2, {"--batch-tokens", "16"}, "--batch-tokens");
  refuse(2, {"--held-out", "0", "--evaluate-every", "5"}, "--held-out is 0");
  refuse(1, {"--shape", "huge"}, "neither a shape");
  refuse(1, {"--input", path("missing.txt")}, "missing.txt");
  std::filesystem::create_directory(folder_ / "books");
  put("books/one.txt", "the dog sees a tree.\n");
  expect_refusal(run(command("books/bad", {"--input", path("books"), "--quiet"})), 1, "lies in");
  std::filesystem::create_directory(folder_ / "maskless");
  put("maskless/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ndog\n");
  refuse(1, {"--tokenizer", path("maskless")}, "[MASK]");
  EXPECT_FALSE(exists("bad.tokens"));
  put("single.txt", "one sentence alone.\n\nanother one.\n\na third.\n");
  refuse(1, {"--input", path("single.txt"), "--nsp", "on"}, "sentence");
  expect_refusal(run({"fill", "--model", path("tokenizer"), "a [MASK]", "--quiet"}), 1, "config.json");
  expect_refusal(run({"fill", "--model", small_model().string(), "a [MASK]", "--quiet"}), 1, "has no head");
}

}  // namespace
}  // namespace mana::program
