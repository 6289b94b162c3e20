// `mana train sentence` from outside: what it writes, how it goes on after any end, and what it says of bad input.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "file_size_limit.h"
#include "mana/formats/safetensors.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TrainSentence : public testing::Test {
 protected:
  TrainSentence() {
    std::string pairs = "q\ta\n";
    for (int i = 0; i < 24; ++i) pairs += fmt::format("hello {} {}\tworld {}\n", i, "abcdefgh"[i % 8], i * 7);
    put("pairs.tsv", pairs);
  }

  std::string put(const std::string& name, std::string_view text) const {
    write(folder_ / name, text);
    return (folder_ / name).string();
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// Training on the pairs, in 6 steps; `more` options may take the place of these.
  std::vector<std::string> command(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {"train", "sentence", "--output", path(output)};
    const std::vector<std::pair<std::string, std::string>> usual = {{"--model", small_model().string()},
                                                                    {"--data", path("pairs.tsv")},
                                                                    {"--batch", "4"},
                                                                    {"--threads", "1"},
                                                                    {"--learning-rate", "1e-3"}};
    for (const auto& [option, value] : usual) {
      if (std::ranges::find(more, option) == more.end()) words.insert(words.end(), {option, value});
    }
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  /// The same for so long that a signal comes before its end.
  std::vector<std::string> long_command(const std::string& output, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--max-steps", "500"});
    return command(output, more);
  }

  /// Training on a file with these rows and options is refused, with one sentence and nothing written.
  void expect_refused(int status, std::string_view rows, const std::vector<std::string>& options,
                      const std::string& sentence) const {
    put("bad.tsv", rows);
    std::vector<std::string> words = {"train", "sentence", "--model", small_model().string(), "--threads", "1"};
    words.insert(words.end(), {"--quiet", "--data", path("bad.tsv"), "--output", path("bad")});
    words.insert(words.end(), options.begin(), options.end());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.status, status) << outcome.errors;
    EXPECT_THAT(outcome.errors, AllOf(testing::StartsWith("mana: "), HasSubstr(sentence)));
    EXPECT_EQ(lines_of(outcome.errors).size(), 1U) << outcome.errors;
    EXPECT_THAT(outcome.output, IsEmpty());
    EXPECT_THAT(beside("bad"), ElementsAre("bad.tsv"));
  }

  std::vector<std::string> beside(const std::string& begin) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      const std::string name = entry.path().filename();
      if (name.starts_with(begin)) names.push_back(name);
    }
    return names;
  }
  /// The bytes of each tensor.
  static std::map<std::string, std::string> tensors(const std::filesystem::path& model) {
    std::map<std::string, std::string> all;
    const formats::StoredWeights stored_weights = formats::StoredWeights::open(model);
    for (const auto& [name, tensor] : stored_weights.tensors()) {
      all[name].assign(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
    }
    return all;
  }
  static std::vector<float> numbers(const std::filesystem::path& model, const std::string& name) {
    const std::string bytes = tensors(model).at(name);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  std::string weights(const std::string& output) const { return read(folder_ / output / "model.safetensors"); }

  /// Goes on with the long command's run, which is to end as one that nothing interrupted.
  void expect_resumes(const std::string& output) const {
    const Outcome resumed = run(long_command(output, {"--resume"}));
    EXPECT_EQ(resumed.status, 0) << resumed.errors;
    EXPECT_EQ(run(long_command("whole")).status, 0);
    EXPECT_EQ(weights(output), weights("whole"));
    EXPECT_EQ(read(folder_ / output / "training.jsonl"), read(folder_ / "whole" / "training.jsonl"));
    EXPECT_THAT(beside(output), ElementsAre(output));
  }

  Outcome break_off(const std::string& output, int signal) const {
    Process process(long_command(output, {"--save-every", "1"}));
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(path(output) + ".checkpoint"); }));
    process.signal(signal);
    return process.wait();
  }

  TemporaryFolder folder_;
};

TEST_F(TrainSentence, WritesAModelThatEmbeds) {
  const Outcome outcome = run(command("model"));
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("steps         6\n"));
  EXPECT_THAT(beside("model"), ElementsAre("model"));
  EXPECT_NE(weights("model"), read(small_model() / "model.safetensors"));
  EXPECT_THAT(read(folder_ / "model" / "README.md"), AllOf(HasSubstr("# model\n"), HasSubstr("| loss | mnr |")));
  EXPECT_EQ(lines_of(read(folder_ / "model" / "training.jsonl")).size(), 6U);
  EXPECT_THAT(read(folder_ / "model" / "training.html"), HasSubstr("<svg"));
  const Outcome vectors = run({"embed", "--model", path("model"), "hello world"});
  EXPECT_EQ(vectors.status, 0) << vectors.errors;
  EXPECT_NE(vectors.output, run({"embed", "--model", small_model().string(), "hello world"}).output);
}

TEST_F(TrainSentence, EvaluatesAndKeepsTheBest) {
  const std::string scored = put("sts.tsv",
                                 "sentence1\tsentence2\tscore\nthe cat\tcat\t5\nmat\tworld\t1\na b\tc\t2\n"
                                 "hello a\tworld 7\t4\nthe mat\tmat\t3\n1 2 3\tsat on\t0\n");
  const Outcome outcome = run(command("model", {"--eval-sts", scored, "--eval-every", "2", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const nlohmann::json result = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(result.at("rows"), 24);
  EXPECT_EQ(result.at("steps"), 6);
  EXPECT_EQ(result.at("truncated"), 0);
  EXPECT_EQ(result.at("metric"), "STS: Spearman · 100");
  double best = -100;
  std::uint64_t step = 0;
  for (const std::string& line : lines_of(read(folder_ / "model" / "training.jsonl"))) {
    const nlohmann::json entry = nlohmann::json::parse(line);
    if (!entry.contains("score")) continue;
    if (entry.at("step") == 0) {
      EXPECT_EQ(entry.at("score"), result.at("before"));
    } else if (entry.at("score") > best) {
      best = entry.at("score");
      step = entry.at("step");
    }
  }
  EXPECT_EQ(result.at("best_step"), step);
  EXPECT_EQ(result.at("after"), best);
  // What was measured is what was written.
  const Outcome sts = run({"eval", "sts", "--model", path("model"), "--json", "--data", scored});
  ASSERT_EQ(sts.status, 0) << sts.errors;
  EXPECT_NEAR(nlohmann::json::parse(sts.output).at("spearman").get<double>(), best, 1e-9);
}

TEST_F(TrainSentence, GivesTheSameModelWithAnyNumberOfThreads) {
  ASSERT_EQ(run(command("one")).status, 0);
  ASSERT_EQ(run(command("three", {"--threads", "3"})).status, 0);
  EXPECT_EQ(weights("three"), weights("one"));
}

TEST_F(TrainSentence, GoesOnAfterAKill) {
  EXPECT_EQ(break_off("model", SIGKILL).status, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(path("model")));
  expect_resumes("model");
}

TEST_F(TrainSentence, WritesACheckpointWhenItIsTerminated) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const std::string output = fmt::format("model{}", signal);
    const Outcome broken = break_off(output, signal);
    EXPECT_EQ(broken.status, 128 + signal);
    EXPECT_THAT(broken.errors, AllOf(HasSubstr("interrupted after step "), HasSubstr("--resume")));
    EXPECT_FALSE(std::filesystem::exists(path(output)));
    expect_resumes(output);
    std::filesystem::remove_all(path("whole"));
  }
}

TEST_F(TrainSentence, KeepsTheCheckpointThatItHasWhenTheDiskIsFull) {
  ASSERT_EQ(break_off("model", SIGTERM).status, 128 + SIGTERM);
  const std::string stored_weights = read(path("model.checkpoint"));
  {
    const FileSizeLimit limit(stored_weights.size() / 2);
    const Outcome full = run(long_command("model", {"--resume", "--save-every", "1", "--quiet"}));
    EXPECT_EQ(full.status, 1);
    EXPECT_THAT(full.errors, HasSubstr("cannot write " + path("model.checkpoint")));
    EXPECT_EQ(lines_of(full.errors).size(), 1U) << full.errors;
  }
  EXPECT_EQ(read(path("model.checkpoint")), stored_weights);
  expect_resumes("model");
}

TEST_F(TrainSentence, OnlySavesWhereSavingHasFailed) {
  const std::vector<std::string> steps = {"--max-steps", "60", "--save-every", "1"};
  Process process(command("model", steps));
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path("model.checkpoint")); }));
  put("model", "a file that came in the way");
  const Outcome failed = process.wait();
  EXPECT_EQ(failed.status, 1);
  EXPECT_THAT(failed.errors, HasSubstr(path("model") + " is no folder"));
  EXPECT_THAT(read(path("model.checkpoint")), HasSubstr("\"step\":60,"));
  std::filesystem::remove(path("model"));
  ASSERT_EQ(run(command("model", {"--max-steps", "60", "--resume"})).status, 0);
  ASSERT_EQ(run(command("whole", {"--max-steps", "60"})).status, 0);
  EXPECT_EQ(weights("model"), weights("whole"));
  EXPECT_THAT(beside("model"), ElementsAre("model"));
}

TEST_F(TrainSentence, LeavesWhatIsFrozenAsItWas) {
  ASSERT_EQ(run(command("model", {"--freeze", "embeddings,0"})).status, 0);
  const std::map<std::string, std::string> before = tensors(small_model()), after = tensors(path("model"));
  ASSERT_EQ(after.size(), before.size());
  std::size_t changed = 0;
  for (const auto& [name, bytes] : before) {
    const bool frozen = name.find("embeddings") != std::string::npos || name.find("layer.0.") != std::string::npos;
    if (frozen) {
      EXPECT_EQ(after.at(name), bytes) << name;
    } else {
      changed += after.at(name) != bytes ? 1 : 0;
    }
  }
  EXPECT_GE(changed,
            15U);  // the weights and biases of layer 1 but for the key's, whose gradient is zero but for rounding
}

TEST_F(TrainSentence, ChangesLowerLayersLessUnderLayerDecay) {
  // The first step of plain descent is the rate times the gradient: each layer below the top at X times the one above.
  const std::vector<std::string> options = {"--max-steps", "1", "--warmup",        "0", "--sgd", "--clip", "0",
                                            "--dropout",   "0", "--learning-rate", "1"};
  std::vector<std::string> decayed = options;
  decayed.insert(decayed.end(), {"--layer-decay", "0.5"});
  ASSERT_EQ(run(command("plain", options)).status, 0);
  ASSERT_EQ(run(command("decayed", decayed)).status, 0);
  const auto moved = [&](const std::string& output, const std::string& name) {
    const std::vector<float> from = numbers(small_model(), name), to = numbers(path(output), name);
    double sum = 0;
    for (std::size_t i = 0; i < from.size(); ++i) sum += std::pow(double{to[i]} - double{from[i]}, 2);
    return std::sqrt(sum);
  };
  const std::vector<std::pair<std::string, double>> shares = {{"encoder.layer.1.output.dense.weight", 0.5},
                                                              {"encoder.layer.0.output.dense.weight", 0.25},
                                                              {"embeddings.word_embeddings.weight", 0.125}};
  for (const auto& [name, share] : shares) {
    EXPECT_NEAR(moved("decayed", name) / moved("plain", name), share, 1e-3) << name;
  }
}

TEST_F(TrainSentence, LearnsTheVectorsOfATeacher) {
  put("texts.tsv", "text\nthe cat sat\nhello world\n42 ! 7\non the mat\n");
  const std::string teacher = small_model("cls").string();
  const Outcome outcome = run(command("model", {"--loss", "mse", "--teacher", teacher, "--data", path("texts.tsv"),
                                                "--epochs", "40", "--dropout", "0", "--learning-rate", "3e-3"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const auto vector = [&](const std::string& model) {
    const Outcome embedded = run({"embed", "--model", model, "--precision", "f32", "--quiet", "the cat sat"});
    return nlohmann::json::parse(embedded.output).at("embedding").get<std::vector<double>>();
  };
  const auto distance = [&](const std::string& model) {
    const std::vector<double> a = vector(model), b = vector(teacher);
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
  };
  EXPECT_LT(distance(path("model")), 0.2 * distance(small_model().string()));
}

TEST_F(TrainSentence, LeavesAPromptOutOfThePoolingWhereTheModelDoes) {
  // One pair, without dropout: the first loss is (cos - score)² of the vectors that the model serves.
  const std::string model = small_model("prompt_left_out").string();
  put("pair.tsv", "a\tb\tscore\nthe cat sat\thello world\t0\n");
  const Outcome outcome = run(command("model", {"--model", model, "--loss", "cosine", "--data", path("pair.tsv"),
                                                "--dropout", "0", "--prompt", "query", "--precision", "f32"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const Outcome served = run({"similarity", "--model", model, "--prompt", "query", "--precision", "f32", "--quiet",
                              "the cat sat", "hello world"});
  ASSERT_EQ(served.status, 0) << served.errors;
  const double cosine = std::stod(served.output);
  const nlohmann::json first = nlohmann::json::parse(lines_of(read(folder_ / "model" / "training.jsonl")).front());
  EXPECT_NEAR(first.at("loss").get<double>(), cosine * cosine, 1e-3);
}

TEST_F(TrainSentence, SaysThatItStartsOver) {
  break_off("model", SIGTERM);
  const Outcome outcome = run(long_command("model"));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.errors, HasSubstr("starting over, as --resume was not given"));
}

TEST_F(TrainSentence, RefusesACheckpointThatIsNotItsOwn) {
  break_off("model", SIGTERM);
  const auto refused = [&](std::vector<std::string> more, const std::string& sentence) {
    more.insert(more.end(), {"--resume", "--quiet"});
    const Outcome outcome = run(long_command("model", more));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
    EXPECT_EQ(lines_of(outcome.errors).size(), 1U) << outcome.errors;
  };
  refused({"--seed", "1"}, "made with other options or other data");
  put("other.tsv", "score\tsentence1\tsentence2\n1\ta\tb\n2\tc\td\n3\te\tf\n");
  refused({"--eval-sts", path("other.tsv")}, "made with other options or other data");
  refused({"--model", small_model("cls").string()}, "belongs to another model");
  const std::string version = read(path("model.checkpoint"));
  std::string other = version;
  other[8] = 99;
  write(path("model.checkpoint"), other);
  refused({}, "of another version of Mana");
  write(path("model.checkpoint"), version);
  const std::string bytes = read(path("model.checkpoint"));
  write(path("model.checkpoint"), bytes.substr(0, bytes.size() - 100));
  refused({}, path("model.checkpoint"));
  write(path("model.checkpoint"), bytes);
  expect_resumes("model");
}

TEST_F(TrainSentence, SaysThatTheScoreFell) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"the cat", "cat"}, {"mat", "world"}, {"a b", "c"}, {"hello a", "world 7"}, {"the mat", "mat"}, {"1 2 3", "sat"}};
  std::string scored = "sentence1\tsentence2\tscore\n";  // as the model has them, which no training can better
  for (const auto& [left, right] : pairs) {
    const Outcome outcome = run({"similarity", "--model", small_model().string(), "--json", left, right});
    ASSERT_EQ(outcome.status, 0) << outcome.errors;
    scored +=
        fmt::format("{}\t{}\t{}\n", left, right, nlohmann::json::parse(outcome.output).at("similarity").get<double>());
  }
  const Outcome fell = run(command("model", {"--eval-sts", put("sts.tsv", scored), "--learning-rate", "0.1"}));
  EXPECT_EQ(fell.status, 0) << fell.errors;
  EXPECT_THAT(fell.errors, AllOf(HasSubstr("STS: Spearman · 100 was 100.00 before the training and is "),
                                 HasSubstr("train with other settings, or keep the model as it was")));
}

TEST_F(TrainSentence, SaysWhenTheModelWasRuinedThatIsEvaluated) {
  const std::string scored = put("sts.tsv", "sentence1\tsentence2\tscore\nthe cat\tcat\t5\nmat\tworld\t1\n");
  const Outcome ruined = run(command(
      "model", {"--eval-sts", scored, "--eval-every", "1", "--learning-rate", "1e30", "--warmup", "0", "--quiet"}));
  EXPECT_EQ(ruined.status, 1);
  EXPECT_THAT(ruined.errors,
              HasSubstr("the evaluation after step 1 has no score, most likely because the learning rate is too high"));
  EXPECT_FALSE(std::filesystem::exists(path("model")));
}

TEST_F(TrainSentence, SaysThatClassesAreNotTakenAlong) {
  const std::string classes = put("classes.tsv", "label\ttext\nword\tthe cat\nword\tcat\nsign\t42 !\nsign\t! 42\n");
  ASSERT_EQ(
      run({"train", "classifier", "--model", small_model().string(), "--data", classes, "--output", path("classifier")})
          .status,
      0);
  const Outcome outcome = run(command("model", {"--model", path("classifier")}));
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("is a classifier, whose classes are not taken along"));
}

TEST_F(TrainSentence, KnowsEvaluationDataByTheirContent) {
  const std::string scored = put("sts.tsv", "sentence1\tsentence2\tscore\nthe cat\tcat\t5\nmat\tworld\t1\n");
  const std::vector<std::string> measured = {"--eval-sts", scored, "--save-every", "1"};
  Process process(long_command("model", measured));
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path("model.checkpoint")); }));
  process.signal(SIGTERM);
  ASSERT_EQ(process.wait().status, 128 + SIGTERM);
  std::vector<std::string> resumed = long_command("model", {"--resume", "--quiet", "--eval-sts"});
  resumed.insert(resumed.end() - 2, put("moved.tsv", read(scored)));  // the same data elsewhere
  put("sts.tsv", "sentence1\tsentence2\tscore\nthe cat\tcat\t5\nmat\tworld\t2\n");
  const Outcome refused = run(long_command("model", {"--resume", "--quiet", "--eval-sts", scored}));
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("made with other options or other data"));
  const Outcome done = run(resumed);
  EXPECT_EQ(done.status, 0) << done.errors;
}

TEST_F(TrainSentence, RefusesAnOutputInTheWayBeforeAnyWork) {
  std::filesystem::create_directory(path("mine"));
  write(folder_ / "mine" / "letter.txt", "keep me");
  put("pairs.tsv", "not\ta table\n");  // would be refused later
  const Outcome outcome = run(command("mine", {"--quiet"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr(path("mine")));
  EXPECT_EQ(lines_of(outcome.errors).size(), 1U) << outcome.errors;
  EXPECT_EQ(read(folder_ / "mine" / "letter.txt"), "keep me");
  EXPECT_EQ(run(command("none/model")).status, 1);
}

TEST_F(TrainSentence, CountsTextsThatAreTooLong) {
  const Outcome outcome = run(command("model", {"--max-tokens", "4", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_GT(nlohmann::json::parse(outcome.output).at("truncated"), 20);
  EXPECT_THAT(outcome.errors, HasSubstr("longer than the 4 tokens that the model sees"));
}

TEST_F(TrainSentence, RefusesOptionsThatMeanNothing) {
  const std::string rows = "a\tb\nx\ty\nz\tw\n";
  for (const char* option : {"--learning-rate", "--warmup", "--weight-decay", "--clip", "--save-minutes"}) {
    expect_refused(2, rows, {option, "-1"}, option);
    expect_refused(2, rows, {option, "nan"}, option);
  }
  for (const char* option : {"--batch", "--accumulate", "--epochs"}) expect_refused(2, rows, {option, "0"}, option);
  expect_refused(2, rows, {"--average", "1"}, "--average");
  expect_refused(2, rows, {"--dropout", "1"}, "--dropout");
  expect_refused(2, rows, {"--layer-decay", "1.5"}, "--layer-decay");
  expect_refused(2, rows, {"--distance", "far"}, "--distance");
  expect_refused(2, rows, {"--scale", "much"}, "--scale");
  expect_refused(2, rows, {"--score-range", "5"}, "--score-range");
  expect_refused(2, rows, {"--score-range", "5,0"}, "--score-range");
  expect_refused(2, rows, {"--freeze", "nothing-like-it"}, "no tensor of the model is meant by 'nothing-like-it'");
  expect_refused(2, rows, {"--freeze", "embeddings,0-1"}, "nothing would be left to train");
  expect_refused(2, rows, {"--precision", "int8"}, "int8");
  expect_refused(2, rows, {"--loss", "mse"}, "--teacher");
  expect_refused(2, rows, {"--eval-sts", "a.tsv", "--eval-pairs", "b.tsv"}, "decides which weights are best");
  expect_refused(2, rows, {"--loss", "cosine-mse"}, "there is no loss \"cosine-mse\"");
  expect_refused(2, rows, {"--margin", "1"}, "the loss mnr has no margin");
  expect_refused(2, rows, {"--matryoshka", "0"}, "matryoshka");
}

TEST_F(TrainSentence, RefusesRowsThatTeachNothing) {
  expect_refused(1, "a\tb\nx\ty\n", {}, "its 1 rows make no batch");
  expect_refused(1, "a\tb\nx\ty\nx\ty\nx\ty\n", {}, "its 3 rows make no batch");  // each other's negatives
  expect_refused(1, "a\tb\n", {}, "has no rows to train on");
  expect_refused(1, "a\tb\nx\t\n", {}, "bad.tsv:2: b is empty");
  expect_refused(1, "a\tb\nx\n", {}, "bad.tsv:2 has 1 fields");
  expect_refused(1, "a\tb\nx\ty\n", {"--loss", "cosent"}, "a score is needed");
  expect_refused(1, "a\tb\tscore\nx\ty\thigh\n", {"--loss", "cosent"}, "must be a finite number, not 'high'");
  expect_refused(1, "a\tb\tscore\nx\ty\t5\n", {"--loss", "cosine"}, "numbers from -1 to 1");
  for (const char* loss : {"cosent", "angle", "cosine"}) {
    expect_refused(1, "a\tb\tc\tscore\nx\ty\tz\t1\n", {"--loss", loss},
                   "2 columns of texts are needed, but there are 3: a, b, c; name the right ones with --columns");
  }
  expect_refused(1, "a\tb\tscore\nx\ty\t6\n", {"--loss", "cosine", "--score-range", "0,5"}, "numbers from 0 to 5");
  expect_refused(1, "a\tb\tlabel\nx\ty\tno\nz\tw\tno\n", {"--loss", "softmax"}, "all rows have the class 'no'");
  expect_refused(1, "text\tlabel\nx\ta\ny\tb\n", {"--loss", "batch-hard-triplet"}, "make no batch");
  expect_refused(1, "a\tb\nx\ty\n", {"--columns", "a,c"}, "has no column c; its columns are a, b");
}

TEST_F(TrainSentence, StopsWhereTheLossIsNoNumber) {
  const Outcome outcome = run(command("model", {"--learning-rate", "1e30", "--clip", "0", "--sgd", "--quiet"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("is no finite number (lines "), HasSubstr("of pairs.tsv"),
                                    HasSubstr("the learning rate is too high")));
  EXPECT_EQ(lines_of(outcome.errors).size(), 1U) << outcome.errors;
  EXPECT_FALSE(std::filesystem::exists(path("model")));
}

TEST_F(TrainSentence, TakesFewerRowsThanABatch) {
  put("pairs.tsv", "a\tb\nthe\tcat\nsat\ton\n");
  const Outcome outcome = run(command("model", {"--batch", "64", "--json"}));
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(nlohmann::json::parse(outcome.output).at("steps"), 1);
}

TEST_F(TrainSentence, LeavesDuplicatesToOtherBatches) {
  put("pairs.tsv", "a\tb\nthe\tcat\nthe\tcat\nsat\ton\nsat\ton\n");
  const Outcome outcome = run(command("model"));
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  for (const std::string& line : lines_of(read(folder_ / "model" / "training.jsonl"))) {
    EXPECT_EQ(nlohmann::json::parse(line).at("rows"), 2);
  }
}

/// Columns stand where their names say: the same rows in any order of columns make the same model.
TEST_F(TrainSentence, TakesColumnsByTheirNames) {
  put("plain.tsv", "question\tanswer\nthe cat\tmat\nsat on\tthe mat\nhello\tworld\n1 2\t3\n");
  put("turned.tsv",
      "ID\tAnswer\tscore\tQuestion\n7\tmat\t1\tthe cat\n8\tthe mat\t1\tsat on\n9\tworld\t1\thello\n"
      "10\t3\t0\t1 2\n");
  ASSERT_EQ(run(command("plain", {"--data", path("plain.tsv")})).status, 0);
  const Outcome turned = run(command("turned", {"--data", path("turned.tsv"), "--json"}));
  ASSERT_EQ(turned.status, 0) << turned.errors;
  EXPECT_EQ(weights("turned"), weights("plain"));
  EXPECT_THAT(turned.errors, HasSubstr("turned.tsv: 4 rows\n  anchor    Question\n  positive  Answer\n  not used  ID\n"
                                       "  not used  score\n"));
  EXPECT_THAT(
      read(folder_ / "turned" / "README.md"),
      HasSubstr("| turned.tsv | 4 rows of 2 texts: anchor = Question, positive = Answer; not used: ID, score |"));
  const nlohmann::json columns = nlohmann::json::parse(turned.output).at("columns").at(0);
  EXPECT_EQ(columns.at("rows"), 4);
  EXPECT_EQ(columns.at("roles").at(0), nlohmann::json({{"column", "Question"}, {"role", "anchor"}}));
}

TEST_F(TrainSentence, RefusesColumnsThatAreNotClear) {
  expect_refused(1, "anchor\tpositive\ttopic\nx\ty\tz\nv\tw\tz\n", {}, "it is not clear what topic is");
  expect_refused(1, "query\tquestion\tanswer\nx\ty\tz\nv\tw\tz\n", {}, "query, question could each be the first text");
  expect_refused(1, "a\tb\nx\t1\ny\t2\n", {}, "the column b holds nothing but numbers");
}

TEST_F(TrainSentence, RefusesRowsOfOneKind) {
  const std::string equal = "sentence1\tsentence2\tscore\nx\ty\t1\nz\tw\t1\n";
  for (const char* loss : {"cosent", "angle"}) {
    expect_refused(1, equal, {"--loss", loss}, "bad.tsv: all 2 rows have the score 1, which leaves nothing to rank");
  }
  expect_refused(1, equal, {"--loss", "contrastive"}, "all 2 rows have the label 1");
  expect_refused(1, "a\tb\nx\ty\nz\tw\n", {"--batch", "1"}, "a batch of 1 row teaches nothing");
  expect_refused(1, "a\tb\nx\ty\nz\tw\n", {"--max-steps", "1", "--warmup", "1"}, "the learning rate 0");
  expect_refused(2, "a\tb\nx\ty\nz\tw\n", {"--learning-rate", "0"}, "--learning-rate takes a number above 0");
}

TEST_F(TrainSentence, RefusesAnEvaluationThatIsNone) {
  const std::string sts = put("flat.tsv", "sentence1\tsentence2\tscore\nx\ty\t3\nz\tw\t3\n");
  const std::string pairs = put("ones.tsv", "sentence1\tsentence2\tlabel\nx\ty\t1\nz\tw\t1\n");
  const std::string rows = "a\tb\nx\ty\nz\tw\n";
  expect_refused(1, rows, {"--eval-sts", sts}, sts + ": all 2 scores are 3");
  expect_refused(1, rows, {"--eval-pairs", pairs}, pairs + ": all 2 pairs have the label 1");
}

TEST_F(TrainSentence, NamesTheFileThatMakesNoBatch) {
  const std::string good = put("good.tsv", "a\tb\nx\ty\nz\tw\n");
  const std::string same = put("same.tsv", "a\tb\nx\ty\nx\tz\n");
  for (const char* mixing : {"--round-robin", "--quiet"}) {
    const Outcome outcome = run(command("model", {"--data", good + "," + same, mixing}));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.errors,
                HasSubstr("mana: same.tsv: its 2 rows make no batch that the loss mnr can learn from: all "
                          "have the same text in the column a"));
  }
}

TEST_F(TrainSentence, CountsRowsThatNoBatchTakes) {
  put("pairs.tsv", "a\tb\nthe\tcat\nthe\tmat\nthe\tworld\nsat\ton\n");
  const Outcome outcome = run(command("model", {"--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  EXPECT_EQ(nlohmann::json::parse(outcome.output).at("left_out"), 2);
  EXPECT_THAT(outcome.errors, HasSubstr("2 of 4 rows are in no batch of the first epoch"));
  EXPECT_THAT(read(folder_ / "model" / "README.md"), HasSubstr("| rows that no batch took | 2 in the first epoch |"));
}

TEST_F(TrainSentence, BoundsBatchesByTokensForEveryLoss) {
  std::string texts = "text\tlabel\n";
  for (int i = 0; i < 24; ++i) texts += fmt::format("hello world {} {} {}\t{}\n", i, i * 7, "abcdefgh"[i % 8], i % 3);
  put("texts.tsv", texts);
  const auto most_rows = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--batch", "16", "--batch-tokens", "60", "--force"});
    const Outcome outcome = run(command("model", more));
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    std::size_t most = 0;
    for (const std::string& line : lines_of(read(folder_ / "model" / "training.jsonl"))) {
      most = std::max(most, nlohmann::json::parse(line).at("rows").get<std::size_t>());
    }
    return most;
  };
  for (const char* loss : {"mnr", "cached-mnr"}) EXPECT_LE(most_rows({"--loss", loss}), 6U) << loss;
  for (const char* loss : {"simcse", "batch-hard-triplet"}) {
    EXPECT_LE(most_rows({"--loss", loss, "--data", path("texts.tsv")}), 8U) << loss;
  }
}

TEST_F(TrainSentence, ResumesNothingOnlyWhereThatMayBe) {
  const Outcome refused = run(command("modell", {"--resume", "--quiet"}));
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.errors, "mana: there is nothing to resume: " + path("modell.checkpoint") +
                                " does not exist; leave --resume out to start anew, or give --resume-if-any\n");
  EXPECT_THAT(beside("modell"), IsEmpty());
  ASSERT_EQ(run(command("modell", {"--resume-if-any"})).status, 0);
  ASSERT_EQ(run(command("whole")).status, 0);
  EXPECT_EQ(weights("modell"), weights("whole"));
}

TEST_F(TrainSentence, NamesWhatDiffersFromTheCheckpoint) {
  break_off("model", SIGTERM);
  const auto refused = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--resume", "--quiet"});
    return run(command("model", more)).errors;
  };
  EXPECT_THAT(refused({"--max-steps", "500", "--seed", "1", "--batch", "5"}),
              HasSubstr("other options or other data: --batch is 5, there it was 4, --seed is 1, there it was 0; use"));
  EXPECT_THAT(refused({"--max-steps", "501"}),
              HasSubstr("is of a run of 500 steps, not 501 (--max-steps is 501, there it was 500)"));
  put("pairs.tsv", read(folder_ / "pairs.tsv") + "one\tmore\n");
  EXPECT_THAT(refused({"--max-steps", "500"}), HasSubstr("other data: the rows of --data are others; use the same"));
}

TEST_F(TrainSentence, MakesAFinishedRunLonger) {
  const std::vector<std::string> constant = {"--schedule", "constant", "--warmup", "0"};
  const auto steps = [&](const std::string& output, const char* number, std::vector<std::string> more) {
    more.insert(more.end(), constant.begin(), constant.end());
    more.insert(more.end(), {"--max-steps", number});
    return run(command(output, more));
  };
  ASSERT_EQ(steps("model", "5", {"--keep-checkpoint"}).status, 0);
  const Outcome longer = steps("model", "9", {"--resume", "--force"});
  ASSERT_EQ(longer.status, 0) << longer.errors;
  EXPECT_THAT(longer.errors, HasSubstr("the run was to have 5 steps and now has 9"));
  ASSERT_EQ(steps("whole", "9", {}).status, 0);
  EXPECT_EQ(weights("model"), weights("whole"));
  EXPECT_THAT(beside("model"), ElementsAre("model"));
}

TEST_F(TrainSentence, NeverWritesWeightsThatAreNoNumbers) {
  const Outcome outcome = run(command(
      "model", {"--learning-rate", "1e60", "--sgd", "--clip", "0", "--max-steps", "1", "--warmup", "0", "--quiet"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("the weights after step 1 are no finite numbers any more"));
  EXPECT_FALSE(std::filesystem::exists(path("model")));
}

}  // namespace
}  // namespace mana::program
