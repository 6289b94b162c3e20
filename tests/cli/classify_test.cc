// mana train classifier and mana classify: the folder that one writes is what the other reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/json.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class TrainClassifier : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_ / "out");
    write(folder_ / "train.tsv", "label\ttext\nword\tthe cat\nword\tthe cat sat\nsign\t42 !\nsign\t! 42 !\n");
    write(folder_ / "test.tsv", "text\tlabel\nthe cat\tword\n42 !\tsign\nthe cat sat\tother\n");
  }

  std::string at(const char* name) const { return (folder_ / name).string(); }
  std::filesystem::path output() const { return folder_ / "out" / "classifier"; }

  Outcome train(std::vector<std::string> more = {}, const std::filesystem::path& model = small_model()) const {
    more.insert(more.begin(), {"train", "classifier", "--model", model.string(), "--output", output().string()});
    if (std::ranges::find(more, "--data") == more.end()) more.insert(more.end(), {"--data", at("train.tsv")});
    return run(std::move(more));
  }

  Outcome classify(std::vector<std::string> more, std::string input = {}) const {
    more.insert(more.begin(), {"classify", "--model", output().string(), "--quiet"});
    return run(std::move(more), std::move(input));
  }

  void expect_failure(const Outcome& outcome, const std::string& sentence) const {
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, StartsWith("mana: "));
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
    EXPECT_EQ(lines_of(outcome.errors).size(), 1) << outcome.errors;
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "out")) << "something is left behind";
  }

  void expect_nothing_after_sigint(Process& process) const {
    ASSERT_TRUE(eventually([&] { return process.blocks(SIGINT) && !std::filesystem::is_empty(folder_ / "out"); }));
    process.signal(SIGINT);
    const Outcome outcome = process.finish();
    EXPECT_EQ(outcome.status, 130) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr("nothing was written"));
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "out"));
  }

  TemporaryFolder folder_;
};

TEST_F(TrainClassifier, WritesAFolderThatClassifies) {
  const Outcome trained = train({"--test", at("test.tsv"), "--json", "--c", "100"});
  ASSERT_EQ(trained.status, 0) << trained.errors;
  const json::Document result = json::Document::parse(trained.output, "output");
  const auto number = [&](const char* key) { return result.root().at(key).number(); };
  EXPECT_EQ(number("texts"), 4);
  EXPECT_EQ(number("classes"), 2);
  EXPECT_EQ(number("test"), 3);
  EXPECT_EQ(number("unseen"), 1);
  EXPECT_DOUBLE_EQ(number("accuracy"), 200.0 / 3);
  EXPECT_DOUBLE_EQ(number("macro_f1"), 100 * (2.0 / 3 + 1) / 3);

  // The encoder is in it as it was.
  const auto vectors = [](const std::filesystem::path& model) {
    return run({"embed", "the cat", "--quiet", "--model", model.string()}).output;
  };
  EXPECT_EQ(vectors(output()), vectors(small_model()));
  EXPECT_EQ(run({"verify", "--model", output().string()}).status, 0);

  const std::vector<std::string> lines = lines_of(classify({"the cat sat", "42 !"}).output);
  ASSERT_EQ(lines.size(), 2);
  EXPECT_THAT(lines[0], StartsWith("word\t0."));
  EXPECT_THAT(lines[1], StartsWith("sign\t0."));
  EXPECT_EQ(classify({}, "the cat sat\n42 !\n").output, lines[0] + "\n" + lines[1] + "\n");
}

TEST_F(TrainClassifier, IsScoredWhenItIsFinished) {
  const Outcome trained = train({"--test", at("test.tsv"), "--quiet", "--c", "100"});
  ASSERT_EQ(trained.status, 0) << trained.errors;
  EXPECT_THAT(trained.output, HasSubstr("precision"));
  const auto evaluate = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"eval", "classify", "--model", output().string(), "--data", at("test.tsv"), "--quiet"});
    return run(std::move(more));
  };
  const Outcome scored = evaluate({"--json"});
  ASSERT_EQ(scored.status, 0) << scored.errors;
  const json::Document result = json::Document::parse(scored.output, "output");
  EXPECT_EQ(result.root().at("texts").number(), 3);
  EXPECT_EQ(result.root().at("classes").number(), 2);
  EXPECT_EQ(result.root().at("unseen").number(), 1);
  EXPECT_DOUBLE_EQ(result.root().at("accuracy").number(), 200.0 / 3);
  // "the cat" is a word and called so, and so is "the cat sat", which is of a class that nobody learnt.
  const std::vector<json::Value> classes = result.root().at("per_class").array();
  ASSERT_EQ(classes.size(), 3);
  const auto expect_class = [&](std::size_t at, const char* name, double precision, double recall) {
    EXPECT_EQ(classes[at].at("class").string(), name);
    EXPECT_DOUBLE_EQ(classes[at].at("precision").number(), precision) << name;
    EXPECT_DOUBLE_EQ(classes[at].at("recall").number(), recall) << name;
  };
  expect_class(0, "sign", 100, 100);
  expect_class(1, "word", 50, 100);
  expect_class(2, "other", 0, 0);
  const std::vector<json::Value> confusions = result.root().at("confusions").array();
  ASSERT_EQ(confusions.size(), 1);
  EXPECT_EQ(confusions[0].at("class").string(), "other");
  EXPECT_EQ(confusions[0].at("predicted").string(), "word");
  EXPECT_THAT(evaluate({}).output, AllOf(HasSubstr("recall"), HasSubstr("  1 text of other for word\n")));

  const Outcome no_classifier =
      run({"eval", "classify", "--model", small_model().string(), "--data", at("test.tsv"), "--quiet"});
  EXPECT_EQ(no_classifier.status, 1);
  EXPECT_THAT(no_classifier.errors, HasSubstr("classifier"));
}

TEST_F(TrainClassifier, IsDescribedByItsCardAndByInspect) {
  ASSERT_EQ(train({"--test", at("test.tsv"), "--quiet"}).status, 0);
  const std::string card = read(output() / "README.md");
  EXPECT_THAT(card, AllOf(HasSubstr("pipeline_tag: text-classification"), HasSubstr("mana classify --model classifier"),
                          HasSubstr("| class | texts | precision | recall | F1 |"), HasSubstr("| word | 1 | 50.00 |")));
  const std::string about = run({"inspect", "--model", output().string()}).output;
  EXPECT_THAT(about, AllOf(HasSubstr("2 classes upon vectors of 32 dimensions: sign, word"),
                           HasSubstr("use it: mana classify --model ")));
  EXPECT_THAT(run({"verify", "--model", output().string()}).output,
              HasSubstr("classifier: 2 classes upon vectors of 32 dimensions"));
}

TEST_F(TrainClassifier, PrintsRowsInEveryForm) {
  ASSERT_EQ(train({"--quiet", "--c", "100"}).status, 0);
  const json::Document row =
      json::Document::parse(classify({"the cat", "--json", "--top", "5", "--include-text"}).output, "output");
  EXPECT_EQ(row.root().at("text").string(), "the cat");
  EXPECT_EQ(row.root().at("label").string(), "word");
  EXPECT_FALSE(row.root().at("truncated").boolean());
  const std::vector<json::Value> top = row.root().at("top").array();
  ASSERT_EQ(top.size(), 2);
  EXPECT_EQ(top[0].at("probability").number(), row.root().at("probability").number());
  EXPECT_NEAR(top[0].at("probability").number() + top[1].at("probability").number(), 1, 1e-6);

  const Outcome table = classify({"the cat", "--top", "2", "--include-text"});
  EXPECT_THAT(table.output, testing::MatchesRegex("the cat\tword\t0\\.[0-9]+\tsign\t0\\.[0-9]+\n"));
  write(folder_ / "texts.jsonl", "{\"text\": \"the cat\"}\n{\"text\": \"tab\\there\"}\n");
  EXPECT_EQ(classify({"--input", at("texts.jsonl"), "--output", at("rows.jsonl")}).status, 0);
  EXPECT_EQ(lines_of(read(folder_ / "rows.jsonl")).size(), 2);
  EXPECT_THAT(read(folder_ / "rows.jsonl"), StartsWith("{\"label\":\"word\",\"probability\":0."));
  EXPECT_THAT(classify({"--input", at("texts.jsonl"), "--include-text"}).output, HasSubstr("tab here\t"));
  EXPECT_EQ(classify({}, "").output, "") << "no texts, no rows";
  EXPECT_EQ(classify({""}).status, 0) << "an empty text has a class, too";
}

TEST_F(TrainClassifier, TakesLabelsThatAreNumbersAndJsonLines) {
  write(
      folder_ / "train.jsonl",
      "{\"label\": 1, \"text\": \"the cat\"}\n{\"label\": 0, \"text\": \"42 !\"}\n{\"label\": 1, \"text\": \"cat\"}\n");
  const Outcome outcome = train({"--data", at("train.jsonl")});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("1 of 2 classes has a single text, 0 for one"));
  EXPECT_THAT(classify({"the cat"}).output, StartsWith("1\t0."));
}

TEST_F(TrainClassifier, KeepsHowVectorsAreMade) {
  ASSERT_EQ(train({"--quiet", "--max-tokens", "3", "--no-normalize", "--pooling", "cls"}).status, 0);
  const json::Document config = json::Document::read(output() / "classifier" / "config.json");
  EXPECT_EQ(config.root().at("vectors").at("max_tokens").integer(), 3);
  EXPECT_EQ(config.root().at("vectors").at("pooling").array().front().string(), "cls");
  const json::Document row = json::Document::parse(classify({"the cat sat", "--json"}).output, "output");
  EXPECT_TRUE(row.root().at("truncated").boolean());
}

TEST_F(TrainClassifier, RefusesDataThatTeachNothing) {
  const auto expect = [&](std::string_view text, const std::string& sentence) {
    write(folder_ / "train.tsv", text);
    expect_failure(train(), sentence);
  };
  expect("label\ttext\nword\ta\nword\tb\n", "train.tsv: all 2 texts have the class word; at least two classes");
  expect("label\ttext\n", "train.tsv has a header, but no rows");
  expect("intent\ttext\nword\ta\n", "train.tsv has no column label; its columns are intent, text");
  expect("label\ttext\nword\ta\nsign\n", "train.tsv:3 has 1 fields, but the header has 2");
  expect("label\ttext\nword\ta\nsign\t  \n", "train.tsv:3: text is empty");
  expect("label\ttext\nword\ta\n\tb\n", "train.tsv:3: label is empty");
  expect("label\ttext\n4.5\ta\n3.25\tb\n", "label holds the number 3.25, which is a score and no class");
  std::filesystem::remove(folder_ / "train.tsv");
  expect_failure(train(), "train.tsv: No such file");
}

TEST_F(TrainClassifier, RefusesOptionsThatMeanNothing) {
  EXPECT_EQ(train({"--c", "0"}).status, 2);
  EXPECT_EQ(train({"--c", "many"}).status, 2);
  EXPECT_EQ(run({"train", "classifier", "--data", at("train.tsv")}).status, 2);
  EXPECT_EQ(run({"classify", "text"}).status, 2) << "there is no classifier by default";
  EXPECT_EQ(classify({"text", "--top", "0"}).status, 2);
  EXPECT_EQ(classify({"text", "--json", "--format", "tsv"}).status, 2);
  EXPECT_THAT(run({"train"}).errors, HasSubstr("train must be followed by"));
}

TEST_F(TrainClassifier, SpoilsNoFolder) {
  ASSERT_EQ(train({"--quiet"}).status, 0);
  const std::string before = read(output() / "classifier" / "config.json");
  EXPECT_THAT(train().errors, HasSubstr("exists and is not empty"));
  EXPECT_EQ(read(output() / "classifier" / "config.json"), before);
  EXPECT_EQ(train({"--force", "--quiet", "--max-tokens", "9"}).status, 0);
  EXPECT_NE(read(output() / "classifier" / "config.json"), before);
  EXPECT_THAT(train({"--force"}, output()).errors, HasSubstr("holds the model that is to be trained"));
  std::filesystem::remove_all(output());
  std::filesystem::create_directory(output());
  write(output() / "thesis.txt", "precious");
  EXPECT_THAT(train({"--force"}).errors, HasSubstr("holds something else than a model"));
  EXPECT_EQ(read(output() / "thesis.txt"), "precious");
}

TEST_F(TrainClassifier, AnInterruptedOneWritesNothing) {
  std::string many = "label\ttext\n";
  for (int i = 0; i < 200000; ++i) many += i % 2 == 0 ? "word\tthe cat sat on the mat\n" : "sign\t42 ! 42 ! 42\n";
  write(folder_ / "many.tsv", many);
  Process process({"train", "classifier", "--model", small_model().string(), "--data", at("many.tsv"), "--output",
                   output().string(), "--threads", "1"});
  expect_nothing_after_sigint(process);
}

class FineTuning : public TrainClassifier {
 protected:
  static std::vector<std::string> options(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--fine-tune", "--pairs", "3", "--epochs", "9", "--learning-rate", "3e-3", "--quiet"});
    return more;
  }
};

TEST_F(FineTuning, TrainsTheEncoderUnderTheClassifier) {
  const Outcome plain = train({"--test", at("test.tsv"), "--json"});
  ASSERT_EQ(plain.status, 0) << plain.errors;
  std::filesystem::remove_all(output());
  const Outcome tuned = train(options({"--test", at("test.tsv"), "--json"}));
  ASSERT_EQ(tuned.status, 0) << tuned.errors;
  const json::Document result = json::Document::parse(tuned.output, "output");
  EXPECT_EQ(result.root().at("pairs").number(), 24) << "3 of each kind for each of 4 texts";
  EXPECT_EQ(result.root().at("texts").number(), 4);
  EXPECT_DOUBLE_EQ(result.root().at("accuracy").number(), 200.0 / 3);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_ / "out"), {}), 1) << "one folder and no more";

  // Texts of one class are nearer now, and of two farther apart.
  const auto alike = [&](const std::filesystem::path& model, const char* a, const char* b) {
    return std::stod(run({"similarity", "--model", model.string(), "--quiet", a, b}).output);
  };
  EXPECT_GT(alike(output(), "the cat", "the cat sat") - alike(output(), "the cat", "42 !"),
            alike(small_model(), "the cat", "the cat sat") - alike(small_model(), "the cat", "42 !") + 0.2);
  EXPECT_EQ(run({"verify", "--model", output().string()}).status, 0);
  EXPECT_THAT(read(output() / "README.md"),
              AllOf(HasSubstr("# classifier\n"), HasSubstr("| train.tsv | 4 texts, 24 pairs |"),
                    Not(HasSubstr("training.html"))));
  const std::vector<std::string> lines = lines_of(classify({"the cat sat", "42 !"}).output);
  ASSERT_EQ(lines.size(), 2);
  EXPECT_THAT(lines[0], StartsWith("word\t0."));
  EXPECT_THAT(lines[1], StartsWith("sign\t0."));
}

TEST_F(FineTuning, GivesTheSameClassifierWithAnyNumberOfThreads) {
  ASSERT_EQ(train(options({"--threads", "1"})).status, 0);
  const auto files = [&] {
    return read(output() / "model.safetensors") + read(output() / "classifier" / "model.safetensors");
  };
  const std::string one = files();
  ASSERT_EQ(train(options({"--threads", "3", "--force"})).status, 0);
  EXPECT_EQ(files(), one);
  ASSERT_EQ(train(options({"--seed", "1", "--force"})).status, 0);
  EXPECT_NE(files(), one);
}

TEST_F(FineTuning, ServesTheClassifierAsItIsAskedTo) {
  const Outcome outcome = train(options({"--precision", "int8", "--truncate-dim", "8", "--on-overflow", "mean"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(json::Document::read(output() / "classifier" / "config.json").root().at("dimensions").integer(), 8);
  EXPECT_THAT(classify({"the cat sat"}).output, StartsWith("word\t"));
}

TEST_F(FineTuning, SaysOfWhichTextsItSeesTheBeginning) {
  for (const char* overflow : {"truncate", "mean"}) {
    const Outcome outcome =
        train({"--fine-tune", "--pairs", "1", "--max-tokens", "4", "--on-overflow", overflow, "--force"});
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr("3 of 4 texts are longer than 4 tokens")) << overflow;
  }
}

TEST_F(FineTuning, RefusesWhatItCannotLearnFrom) {
  write(folder_ / "train.tsv", "label\ttext\nword\tthe cat\nword\tthe cat sat\nsign\t42 !\n");
  expect_failure(train(options()),
                 "train.tsv: the class sign has a single text; --fine-tune needs two at least of each");
  write(folder_ / "train.tsv", "label\ttext\nword\tthe cat\nword\tthe cat sat\n");
  expect_failure(train(options()), "all 2 texts have the class word; at least two classes");
  write(folder_ / "train.tsv", "label\ttext\nword\tthe cat\nword\tthe cat sat\nsign\t42 !\nsign\t! 42\n");
  expect_failure(train({"--fine-tune", "--pairs", "99999999999", "--quiet"}), "make fewer rounds");
  expect_failure(train({"--fine-tune", "--learning-rate", "1e30", "--epochs", "50", "--quiet"}), "is no finite number");
}

TEST_F(FineTuning, RefusesOptionsThatMeanNothing) {
  const auto expect = [&](std::vector<std::string> more, const std::string& sentence) {
    const Outcome outcome = train(std::move(more));
    EXPECT_EQ(outcome.status, 2) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
    EXPECT_EQ(lines_of(outcome.errors).size(), 1) << outcome.errors;
    EXPECT_TRUE(std::filesystem::is_empty(folder_ / "out"));
  };
  for (const char* option : {"--pairs", "--epochs", "--batch"}) expect({"--fine-tune", option, "0"}, option);
  expect({"--fine-tune", "--learning-rate", "-1"}, "--learning-rate");
  expect({"--fine-tune", "--pooling", "cls"}, "leave out --pooling");
  expect({"--fine-tune", "--no-normalize"}, "leave out --pooling");
  expect({"--pairs", "5"}, "belong to --fine-tune");
}

TEST_F(FineTuning, InterruptedWritesNothing) {
  Process process({"train", "classifier", "--model", small_model().string(), "--data", at("train.tsv"), "--output",
                   output().string(), "--threads", "1", "--fine-tune", "--epochs", "100000"});
  expect_nothing_after_sigint(process);
}

TEST_F(TrainClassifier, AFolderThatIsNoClassifierIsNamed) {
  const Outcome plain = run({"classify", "text", "--model", small_model().string()});
  EXPECT_EQ(plain.status, 1);
  EXPECT_THAT(plain.errors, HasSubstr("is no classifier: it has no classifier/config.json; mana train classifier"));
  ASSERT_EQ(train({"--quiet"}).status, 0);
  write(output() / "classifier" / "config.json", "{\"version\": 1, \"classes\": [\"a\"]}");
  EXPECT_THAT(classify({"text"}).errors, HasSubstr("classes must name at least two classes"));
  write(output() / "classifier" / "config.json", "{");
  EXPECT_EQ(classify({"text"}).status, 1);
}

TEST_F(TrainClassifier, AFullDiskIsOneSentence) {
  ASSERT_EQ(train({"--quiet"}).status, 0);
  const Outcome full =
      run(Invocation{{"classify", "the cat", "--model", output().string(), "--quiet"}, "", "/dev/full", {}});
  EXPECT_EQ(full.status, 1);
  EXPECT_THAT(full.errors, HasSubstr("standard output: No space left on device"));
  EXPECT_THAT(classify({"the cat", "--output", "/dev/full"}).errors, HasSubstr("/dev/full"));
  EXPECT_THAT(classify({"the cat", "--output", at("none/rows.tsv")}).errors, HasSubstr("none"));
}

}  // namespace
}  // namespace mana::program
