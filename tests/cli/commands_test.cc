#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <filesystem>

#include "mana/base/json.h"
#include "mana/kernels/precision.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

json::Document parsed(const Outcome& outcome, int status = 0) {
  EXPECT_EQ(outcome.status, status) << outcome.errors;
  return json::Document::parse(outcome.output, "output");
}

std::vector<std::string> keys_of(const json::Value& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.object()) keys.emplace_back(key);
  return keys;
}

std::vector<std::string> strings_of(const json::Value& list) {
  std::vector<std::string> strings;
  for (const json::Value& each : list.array()) strings.emplace_back(each.string());
  return strings;
}

std::vector<std::string> with_model(std::vector<std::string> arguments, const std::filesystem::path& model) {
  arguments.insert(arguments.end(), {"--model", model.string()});
  return arguments;
}

Outcome run_small(std::vector<std::string> arguments, std::string input = {}) {
  return run(with_model(std::move(arguments), small_model()), std::move(input));
}

/// A copy of the small model that may be spoilt.
class BrokenModel {
 public:
  explicit BrokenModel(const std::string& name = "mean") {
    std::filesystem::copy(small_model(name), folder_.path(), std::filesystem::copy_options::recursive);
  }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  Outcome verify() const { return run({"verify", "--model", folder_.path().string(), "--json"}); }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

TEST(Similarity, IsTheMeasureOfTheModel) {
  const Outcome outcome = run_small({"similarity", "the cat", "the cat"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NEAR(std::stof(outcome.output), 1, 1e-6);
  const json::Document document = parsed(run_small({"similarity", "the cat", "on mat", "--json"}));
  EXPECT_THAT(keys_of(document.root()), ElementsAre("similarity", "measure", "tokens", "truncated"));
  EXPECT_EQ(document.root().at("measure").string(), "cosine");
  EXPECT_EQ(std::to_string(document.root().at("similarity").number()),
            std::to_string(std::stod(run_small({"similarity", "the cat", "on mat"}).output)));
  EXPECT_EQ(document.root().at("tokens").array().size(), 2);
  EXPECT_EQ(
      parsed(run(with_model({"similarity", "a", "b", "--json"}, small_model("prompts")))).root().at("measure").string(),
      "dot");
}

TEST(Tokenize, GivesIdsPiecesAndOffsets) {
  const Outcome outcome = run_small({"tokenize", "--json", "The café", ""});
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const std::vector<std::string> lines = lines_of(outcome.output);
  ASSERT_EQ(lines.size(), 2);
  const json::Document document = json::Document::parse(lines[0], "line");
  EXPECT_THAT(keys_of(document.root()), ElementsAre("ids", "pieces", "offsets", "truncated"));
  const std::vector<std::string> pieces = strings_of(document.root().at("pieces"));
  EXPECT_EQ(pieces.front(), "[CLS]");
  EXPECT_EQ(pieces.at(1), "the");
  EXPECT_EQ(pieces.back(), "[SEP]");
  EXPECT_EQ(document.root().at("ids").array().size(), pieces.size());
  const std::vector<json::Value> offsets = document.root().at("offsets").array();
  ASSERT_EQ(offsets.size(), pieces.size());
  EXPECT_EQ(offsets.at(1).array().at(1).integer(), 3);
  const auto last_end = [&](const char* unit) {
    const json::Document counted = parsed(run_small({"tokenize", "--json", "--offsets", unit, "The café"}));
    const std::vector<json::Value> ranges = counted.root().at("offsets").array();
    return ranges.at(ranges.size() - 2).array().at(1).integer();
  };
  EXPECT_EQ(last_end("bytes"), 9);
  EXPECT_EQ(last_end("characters"), 8);
  const std::vector<std::string> empty = strings_of(json::Document::parse(lines[1], "line").root().at("pieces"));
  EXPECT_THAT(empty, ElementsAre("[CLS]", "[SEP]"));
}

TEST(Tokenize, PrintsATableForPeople) {
  const Outcome outcome = run_small({"tokenize", "--no-special-tokens"}, "the cat\n");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  const std::vector<std::string> lines = lines_of(outcome.output);
  ASSERT_EQ(lines.size(), 3);
  EXPECT_THAT(lines[0], testing::MatchesRegex("[0-9]+\tthe\t0-3"));
  EXPECT_THAT(lines[1], testing::MatchesRegex("[0-9]+\tcat\t4-7"));
  EXPECT_EQ(lines[2], "");
}

TEST(Tokenize, CutsWhenAsked) {
  const json::Document document = parsed(run_small({"tokenize", "--json", "--max-tokens", "3", "the cat sat on"}));
  EXPECT_EQ(document.root().at("ids").array().size(), 3);
  EXPECT_TRUE(document.root().at("truncated").boolean());
}

TEST(Inspect, CountsEveryParameter) {
  const json::Document document = parsed(run_small({"inspect", "--json"}));
  const json::Value root = document.root();
  // From the sizes in config.json, with the encoder's definition at hand.
  const std::int64_t d = 32, inner = 64, vocabulary = 99, positions = 48, types = 2;
  const std::int64_t layer = 4 * (d * d + d) + 2 * d + (d * inner + inner) + (inner * d + d) + 2 * d;
  EXPECT_EQ(root.at("used_parameters").integer(), (vocabulary + positions + types) * d + 2 * d + 2 * layer);
  EXPECT_EQ(root.at("unused_parameters").integer(), d * d + d) << "the pooler";
  EXPECT_EQ(root.at("parameters").integer(),
            root.at("used_parameters").integer() + root.at("unused_parameters").integer());
  std::int64_t sum = 0;
  for (const json::Value& part : root.at("parts").array()) sum += part.at("parameters").integer();
  EXPECT_EQ(sum, root.at("used_parameters").integer());
  EXPECT_EQ(root.at("architecture").at("layers").integer(), 2);
  EXPECT_EQ(root.at("dimensions").integer(), 32);
  EXPECT_EQ(root.at("max_tokens").integer(), 48);
  EXPECT_EQ(root.at("similarity").string(), "cosine");
  EXPECT_THAT(strings_of(root.at("pipeline")),
              ElementsAre("tokens, at most 48", "bert, 2 layers of 32", "pooling mean"));
  bool has_weights = false;
  for (const json::Value& file : root.at("files").array()) {
    if (file.at("name").string() != "model.safetensors") continue;
    has_weights = true;
    EXPECT_EQ(file.at("dtypes").at("f32").integer(), file.at("tensors").integer());
    EXPECT_EQ(file.at("bytes").integer(),
              static_cast<std::int64_t>(std::filesystem::file_size(small_model() / "model.safetensors")));
  }
  EXPECT_TRUE(has_weights);
}

TEST(Inspect, ShowsEveryModuleOfThePipeline) {
  const auto pipeline = [](const char* model) {
    return strings_of(parsed(run(with_model({"inspect", "--json"}, small_model(model)))).root().at("pipeline"));
  };
  EXPECT_THAT(pipeline("prompts"), ElementsAre("prompt 'document'", testing::_, testing::_, testing::_, "normalize"));
  EXPECT_THAT(pipeline("dense_tanh").at(3), testing::MatchesRegex("dense 32->[0-9]+ tanh"));
  EXPECT_THAT(pipeline("no_modules").back(), HasSubstr("assumed"));
  EXPECT_THAT(run(with_model({"inspect"}, small_model("concatenated"))).output, HasSubstr("+"));
}

TEST(Verify, FindsNothingWrongWithAGoodModel) {
  const json::Document document = parsed(run_small({"verify", "--json"}));
  EXPECT_THAT(keys_of(document.root()), ElementsAre("model", "ok", "wrong", "differences", "checked"));
  EXPECT_TRUE(document.root().at("ok").boolean());
  EXPECT_THAT(strings_of(document.root().at("checked")), testing::Contains(HasSubstr("model.safetensors: 39 tensors")));
  EXPECT_THAT(strings_of(document.root().at("differences")), testing::Contains(HasSubstr("pooler.dense.weight")));
  EXPECT_THAT(run_small({"verify"}).output, HasSubstr("nothing is wrong"));
}

TEST(Verify, SaysWhatWouldDiffer) {
  const auto differences = [](const char* model) {
    return strings_of(parsed(run(with_model({"verify", "--json"}, small_model(model)))).root().at("differences"));
  };
  EXPECT_THAT(differences("no_modules"), testing::Contains(HasSubstr("mean pooling is assumed")));
  EXPECT_THAT(differences("f16"), testing::Contains(HasSubstr("stored as f16")));
  EXPECT_THAT(differences("vocabulary_file"), testing::Contains(HasSubstr("vocab.txt")));
}

TEST(Verify, FindsWhatIsBroken) {
  {
    const BrokenModel model;
    std::string weights = read(model / "model.safetensors");
    weights.resize(weights.size() - 8);
    write(model / "model.safetensors", weights);
    EXPECT_THAT(strings_of(parsed(model.verify(), 1).root().at("wrong")),
                testing::Contains(HasSubstr("model.safetensors")));
  }
  {
    const BrokenModel model;
    std::string weights = read(model / "model.safetensors");
    weights.replace(weights.size() - 4, 4, "\xff\xff\xff\xff");
    write(model / "model.safetensors", weights);
    EXPECT_THAT(strings_of(parsed(model.verify(), 1).root().at("wrong")), testing::Contains(HasSubstr("nan")));
  }
  {
    const BrokenModel model;
    std::string config = read(model / "config.json");
    config.replace(config.find("\"hidden_size\": 32"), 17, "\"hidden_size\": 36");
    write(model / "config.json", config);
    const std::vector<std::string> wrong = strings_of(parsed(model.verify(), 1).root().at("wrong"));
    EXPECT_THAT(wrong, testing::Contains(testing::AllOf(HasSubstr("[99, 32]"), HasSubstr("[99, 36]"))));
  }
  {  // of two layers one is asked for
    const BrokenModel model;
    std::string config = read(model / "config.json");
    const std::string layers = "\"num_hidden_layers\": 2";
    config.replace(config.find(layers), layers.size(), "\"num_hidden_layers\": 1");
    write(model / "config.json", config);
    EXPECT_THAT(strings_of(parsed(model.verify(), 1).root().at("wrong")),
                testing::Contains(HasSubstr("encoder.layer.1 is in the weights, but config.json asks for fewer")));
    EXPECT_THAT(run({"inspect", "--model", model.path().string()}).errors, HasSubstr("asks for fewer layers"));
  }
  {
    const BrokenModel model;
    write(model / "tokenizer_config.json", "{");
    EXPECT_THAT(strings_of(parsed(model.verify(), 1).root().at("wrong")),
                testing::Contains(HasSubstr("tokenizer_config.json: not valid JSON")));
  }
}

TEST(Verify, EmbedsTheGoldenSentences) {
  const BrokenModel model;
  const Outcome embedded = run({"embed", "the cat", "on the mat", "--include-text", "--model", model.path().string()});
  write(model / "golden_sentences.jsonl", embedded.output);
  const json::Document right = parsed(model.verify());
  EXPECT_THAT(strings_of(right.root().at("checked")),
              testing::Contains(HasSubstr("golden_sentences.jsonl: 2 sentences")));

  const std::size_t first = embedded.output.find('[') + 1;
  write(model / "golden_sentences.jsonl",
        embedded.output.substr(0, first) + "9" + embedded.output.substr(embedded.output.find(',', first)));
  EXPECT_THAT(strings_of(parsed(model.verify(), 1).root().at("wrong")),
              testing::Contains(HasSubstr("golden_sentences.jsonl:1: number 0 of the vector")));
  write(model / "golden_sentences.jsonl", "{\"text\": \"x\", \"embedding\": [1, 2]}\n");
  EXPECT_THAT(strings_of(parsed(model.verify(), 1).root().at("wrong")), testing::Contains(HasSubstr("has 2 numbers")));
}

TEST(EvalSts, ReadsColumnsByName) {
  const TemporaryFolder folder;
  write(folder / "pairs.tsv",
        "score\tsentence1\tsentence2\tother\n5\tthe cat\tthe cat\t1\n3\tthe cat\tthe mat\t2\n0\tthe cat\t42 !\t3\n");
  const std::string data = (folder / "pairs.tsv").string();
  const json::Document document = parsed(run_small({"eval", "sts", "--data", data, "--json"}));
  EXPECT_THAT(keys_of(document.root()), ElementsAre("task", "pairs", "spearman", "pearson", "truncated"));
  EXPECT_EQ(document.root().at("task").string(), "sts");
  EXPECT_EQ(document.root().at("pairs").integer(), 3);
  const double spearman = document.root().at("spearman").number();
  const json::Document turned = parsed(run_small({"eval", "sts", "--data", data, "--score", "other", "--json"}));
  EXPECT_NEAR(turned.root().at("spearman").number(), -spearman, 1e-9);
  const json::Document swapped =
      parsed(run_small({"eval", "sts", "--data", data, "--text-a", "sentence2", "--text-b", "sentence1", "--json"}));
  EXPECT_EQ(swapped.root().at("spearman").number(), spearman);
  EXPECT_THAT(run_small({"eval", "sts", "--data", data}).output, HasSubstr("spearman"));
}

TEST(EvalSts, NamesThePlaceOfAMistake) {
  const TemporaryFolder folder;
  const std::string data = (folder / "pairs.tsv").string();
  const auto expect = [&](std::string_view text, const std::string& sentence) {
    write(data, text);
    const Outcome outcome = run_small({"eval", "sts", "--data", data, "--quiet"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.errors, HasSubstr(sentence));
  };
  expect("score\tsentence1\tsentence2\n1\ta\tb\nbig\ta\tb\n", "pairs.tsv:3: score must be a finite number, not 'big'");
  expect("score\tsentence1\tsentence2\nnan\ta\tb\n", "pairs.tsv:2: score");
  expect("score\tsentence1\n1\ta\n", "has no column sentence2; its columns are score, sentence1");
  expect("score\tsentence1\tsentence2\n1\ta\tb\n", "at least 2 pairs");
}

TEST(Bench, ReportsRates) {
  const TemporaryFolder folder;
  write(folder / "texts.txt", "the cat sat on the mat\nhello\n\nthe cat\n");
  const std::string input = (folder / "texts.txt").string();
  const json::Document embed =
      parsed(run_small({"bench", "embed", "--input", input, "--repeat", "2", "--threads", "1", "--json"}));
  for (const char* key : {"texts_per_second", "median_texts_per_second", "tokens_per_second", "peak_rss_mb"}) {
    EXPECT_GT(embed.root().at(key).number(), 0) << key;
  }
  EXPECT_GE(embed.root().at("texts_per_second").number(), embed.root().at("median_texts_per_second").number());
  EXPECT_EQ(embed.root().at("texts").integer(), 4);
  EXPECT_EQ(embed.root().at("precision").string(),
            kernels::name_of(kernels::automatic_precision(kernels::choose_isa())));
  EXPECT_LE(embed.root().at("seconds_median").number(), embed.root().at("seconds_p99").number());
  EXPECT_EQ(embed.root().at("threads").integer(), 1);
  EXPECT_FALSE(embed.root().at("isa").string().empty());
  if (embed.root().at("isa").string() != "reference") {
    const double share = embed.root().at("percent_of_peak").number();
    EXPECT_GT(share, 0);
    EXPECT_NEAR(share, 100 * embed.root().at("linear_gflops").number() / embed.root().at("peak_gflops").number(), 1e-6);
  }

  const json::Document profiled =
      parsed(run_small({"bench", "embed", "--input", input, "--threads", "1", "--profile", "--json"}));
  double percent = 0;
  std::vector<std::string> parts;
  for (const json::Value& part : profiled.root().at("profile").array()) {
    percent += part.at("percent").number();
    parts.emplace_back(part.at("part").string());
  }
  EXPECT_NEAR(percent, 100, 1e-6);
  EXPECT_THAT(parts, testing::IsSupersetOf({"tokenizing", "embeddings", "attention", "layer norm", "pooling", "rest"}));
  EXPECT_THAT(run_small({"bench", "embed", "--input", input, "--profile"}).output, HasSubstr("GFLOP/s of a thread"));

  const json::Document tokenize =
      parsed(run_small({"bench", "tokenize", "--input", input, "--threads", "3", "--json"}));
  EXPECT_GT(tokenize.root().at("bytes_per_second").number(), 0);
  EXPECT_EQ(tokenize.root().at("bytes").integer(), 34);
  EXPECT_EQ(tokenize.root().at("tokens").integer(), embed.root().at("tokens").integer());
  EXPECT_EQ(run_small({"bench", "embed", "--input", input, "--repeat", "0"}).status, 2);
  write(input, "");
  EXPECT_THAT(run_small({"bench", "embed", "--input", input}).errors, HasSubstr("holds no text"));
}

TEST(Bench, MeasuresStepsOfTraining) {
  const TemporaryFolder folder;
  std::string rows = "a\tb\n";
  for (const char letter : std::string("abcdefghijkl"))
    rows += std::string("hello ") + letter + "\tworld " + letter + "\n";
  write(folder / "pairs.tsv", rows);
  const std::vector<std::string> command = {"bench",   "train", "--data",    (folder / "pairs.tsv").string(),
                                            "--batch", "4",     "--threads", "1",
                                            "--steps", "5",     "--warm-up", "1"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return run_small(more);
  };
  const json::Document document = parsed(with({"--profile", "--json"}));
  const json::Value result = document.root();
  EXPECT_EQ(result.at("steps").integer(), 5);
  EXPECT_EQ(result.at("rows").integer(), 20);
  for (const char* key : {"tokens", "pairs_per_second", "tokens_per_second", "loss", "peak_rss_mb"}) {
    EXPECT_GT(result.at(key).number(), 0) << key;
  }
  EXPECT_EQ(result.at("threads").integer(), 1);
  const double seconds = 20 / result.at("pairs_per_second").number();
  double parts = 0;
  for (const char* part : {"data", "forward", "backward", "optimizer"}) parts += result.at("parts").at(part).number();
  EXPECT_GT(parts, 0.5 * seconds);
  EXPECT_LE(parts, seconds);
  double percent = 0;
  for (const json::Value& operation : result.at("operations").array()) percent += operation.at("percent").number();
  EXPECT_GT(percent, 10);
  EXPECT_LE(percent, 100);
  EXPECT_THAT(with({}).output, AllOf(HasSubstr("pairs_per_second"), Not(HasSubstr("GFLOP/s of a thread"))));
  EXPECT_THAT(with({"--profile"}).output,
              AllOf(HasSubstr("ms a step"), HasSubstr("optimizer"), HasSubstr("GFLOP/s of a thread")));
  EXPECT_EQ(with({"--steps", "0"}).status, 2);
}

TEST(Bench, MeasuresPeaks) {
  const Outcome outcome = run({"bench", "peak", "--repeat", "1", "--threads", "2", "--json"});
  if (kernels::choose_isa() == kernels::Isa::portable) {
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("no peak to measure"));
    return;
  }
  const json::Document document = parsed(outcome);
  std::size_t count = 0;
  for (const json::Value& peak : document.root().at("peaks").array()) {
    EXPECT_GT(peak.at("median_gflops").number(), 0.1);
    EXPECT_GE(peak.at("gflops").number(), peak.at("median_gflops").number());
    EXPECT_EQ(peak.at("threads").integer(), static_cast<std::int64_t>(count++ % 2 + 1));
  }
  EXPECT_GE(count, 4U) << "f32 and int8 of AVX2";
  EXPECT_THAT(run({"bench", "peak", "--repeat", "1"}).output, HasSubstr("vfmadd"));
}

TEST(Isa, IsCappedByOptionAndEnvironment) {
  const auto isa = [](std::vector<std::string> environment) {
    const Outcome outcome =
        run(Invocation{with_model({"inspect", "--json"}, small_model()), "", std::nullopt, std::move(environment)});
    return std::string(parsed(outcome).root().at("isa").string());
  };
  EXPECT_EQ(isa({"MANA_ISA=reference"}), "reference");
  EXPECT_THAT(run_small({"embed", "x", "--isa", "reference"}).errors, HasSubstr("reference"));
  const Outcome wrong = run(Invocation{with_model({"embed", "x"}, small_model()), "", std::nullopt, {"MANA_ISA=sse"}});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.errors, HasSubstr("MANA_ISA"));
}

}  // namespace
}  // namespace mana::program
