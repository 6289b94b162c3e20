#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "mana/base/json.h"
#include "mana/formats/npy.h"
#include "process.h"

namespace mana::program {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<float> numbers(const json::Value& list) {
  std::vector<float> values;
  for (const json::Value& each : list.array()) values.push_back(static_cast<float>(each.number()));
  return values;
}

struct Line {
  std::vector<float> embedding;
  std::int64_t tokens = 0;
  bool truncated = false;
  std::optional<std::string> text;
};

/// Reads a line of jsonl and checks that it has the members that it should, in their order, and no other.
Line parse(const std::string& line) {
  const json::Document document = json::Document::parse(line, "output");
  Line parsed;
  std::vector<std::string> keys;
  for (const auto& [key, value] : document.root().object()) keys.emplace_back(key);
  if (keys.size() == 4) {
    parsed.text = document.root().at("text").string();
    keys.erase(keys.begin());
  }
  EXPECT_THAT(keys, ElementsAre("embedding", "tokens", "truncated"));
  parsed.embedding = numbers(document.root().at("embedding"));
  parsed.tokens = document.root().at("tokens").integer();
  parsed.truncated = document.root().at("truncated").boolean();
  return parsed;
}

std::vector<Line> embed(std::vector<std::string> arguments, std::string input = {}) {
  arguments.insert(arguments.begin(), {"embed", "--model", small_model().string()});
  const Outcome outcome = run(std::move(arguments), std::move(input));
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  std::vector<Line> lines;
  for (const std::string& line : lines_of(outcome.output)) lines.push_back(parse(line));
  return lines;
}

TEST(Embed, GivesTheVectorsOfTheReference) {
  const auto expected = json::Document::read(small_model().parent_path() / "expected.json");
  std::vector<std::string> arguments = {"--precision", "f32", "--"};
  for (const json::Value& text : expected.root().at("texts").array()) arguments.emplace_back(text.string());
  const std::vector<json::Value> vectors =
      expected.root().at("models").at("mean").at("runs").array().at(0).at("embeddings").array();
  const std::vector<Line> lines = embed(arguments);
  ASSERT_EQ(lines.size(), vectors.size());
  for (std::size_t row = 0; row < lines.size(); ++row) {
    const std::vector<float> vector = numbers(vectors[row]);
    ASSERT_EQ(lines[row].embedding.size(), vector.size());
    for (std::size_t i = 0; i < vector.size(); ++i) EXPECT_NEAR(lines[row].embedding[i], vector[i], 1e-5);
  }
}

TEST(Embed, TakesLinesWhateverTheirEnds) {
  const std::vector<Line> expected = embed({"one", "", "two words", "three"});
  const auto same = [&](const std::string& input) {
    const std::vector<Line> lines = embed({}, input);
    ASSERT_EQ(lines.size(), expected.size());
    for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i].embedding, expected[i].embedding);
  };
  same("one\n\ntwo words\nthree\n");
  same("one\r\n\r\ntwo words\r\nthree\r\n");
  same("one\n\ntwo words\nthree");
  same("\xEF\xBB\xBFone\n\ntwo words\nthree");
  EXPECT_EQ(expected[1].tokens, 2) << "an empty text is its special tokens";
  EXPECT_TRUE(embed({}, "").empty());
  EXPECT_EQ(embed({}, "\n").size(), 1);
}

TEST(Embed, KeepsTheBytesThatAreNoText) {
  using namespace std::string_literals;
  const Outcome outcome = run({"embed", "--model", small_model().string(), "--include-text"}, "a\0b\nc\xff\n"s);
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  const std::vector<std::string> lines = lines_of(outcome.output);
  ASSERT_EQ(lines.size(), 2);
  EXPECT_EQ(parse(lines[0]).text, "a\0b"s);
  EXPECT_EQ(parse(lines[1]).text, "c\xEF\xBF\xBD");
}

TEST(Embed, ReadsJsonlAndTables) {
  const TemporaryFolder folder;
  write(folder / "texts.jsonl",
        "{\"text\": \"one\", \"title\": \"two\"}\n\n{\"text\": \"three\", \"title\": \"four\"}\n");
  write(folder / "texts.tsv", "id\ttitle\ttext\r\n1\ttwo\tone\r\n2\tfour\tthree\r\n");
  const std::vector<Line> texts = embed({"one", "three"});
  const std::vector<Line> titles = embed({"two", "four"});
  for (const char* name : {"texts.jsonl", "texts.tsv"}) {
    SCOPED_TRACE(name);
    const std::string path = (folder / name).string();
    const std::string option = path.ends_with(".tsv") ? "--column" : "--field";
    const std::vector<Line> from_texts = embed({"--input", path});
    const std::vector<Line> from_titles = embed({"--input", path, option, "title"});
    const std::vector<Line> piped = embed({option, "title"}, read(path));
    for (const std::size_t row : {0, 1}) {
      EXPECT_EQ(from_texts.at(row).embedding, texts[row].embedding);
      EXPECT_EQ(from_titles.at(row).embedding, titles[row].embedding);
      EXPECT_EQ(piped.at(row).embedding, titles[row].embedding);
    }
  }
}

TEST(Embed, WritesTheSameNumbersInEveryForm) {
  const TemporaryFolder folder;
  const std::vector<std::string> base = {"embed", "--model", small_model().string(), "a b c", "", "hello", "--output"};
  for (const char* name : {"v.npy", "v.tsv", "v.jsonl"}) {
    std::vector<std::string> arguments = base;
    arguments.push_back((folder / name).string());
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, HasSubstr("3 texts"));
    EXPECT_THAT(outcome.errors, HasSubstr("0 truncated"));
  }
  const auto array = formats::Npy::open(folder / "v.npy");
  EXPECT_EQ(array.shape(), (formats::Shape{3, 32}));
  const std::vector<float> all = array.f32();
  const std::vector<std::string> rows = lines_of(read(folder / "v.tsv"));
  const std::vector<std::string> lines = lines_of(read(folder / "v.jsonl"));
  ASSERT_EQ(rows.size(), 3);
  ASSERT_EQ(lines.size(), 3);
  for (std::size_t row = 0; row < 3; ++row) {
    std::istringstream fields(rows[row]);
    std::vector<float> from_tsv;
    for (std::string field; std::getline(fields, field, '\t');) from_tsv.push_back(std::stof(field));
    const std::vector<float> from_npy(all.begin() + row * 32, all.begin() + (row + 1) * 32);
    EXPECT_EQ(from_tsv, from_npy);
    EXPECT_EQ(parse(lines[row]).embedding, from_npy);
  }
  for (const char* name : {"v.npy", "v.tsv"}) {
    const std::vector<std::string> counts = lines_of(read(folder.path() / (std::string(name) + ".tokens.jsonl")));
    ASSERT_EQ(counts.size(), 3);
    EXPECT_EQ(counts[1], "{\"tokens\":2,\"truncated\":false}");
  }
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) left.push_back(entry.path().filename());
  std::ranges::sort(left);
  EXPECT_THAT(left, ElementsAre("v.jsonl", "v.npy", "v.npy.tokens.jsonl", "v.tsv", "v.tsv.tokens.jsonl"));
}

TEST(Embed, WritesAnArrayIntoAPipeToo) {
  const TemporaryFolder folder;
  const std::vector<std::string> arguments = {"embed", "--model", small_model().string(), "a", "b", "--format", "npy"};
  const Outcome outcome = run(arguments);
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  write(folder / "piped.npy", outcome.output);
  std::vector<std::string> to_file = arguments;
  to_file.insert(to_file.end(), {"--output", (folder / "file.npy").string()});
  ASSERT_EQ(run(to_file).status, 0);
  EXPECT_EQ(outcome.output, read(folder / "file.npy"));
}

TEST(Embed, ChangesTheVectorsAsTold) {
  const std::vector<float> whole = embed({"some text"})[0].embedding;
  const std::vector<float> cut = embed({"some text", "--truncate-dim", "5"})[0].embedding;
  EXPECT_EQ(cut, std::vector<float>(whole.begin(), whole.begin() + 5));
  EXPECT_EQ(embed({"some text", "--pooling", "cls,mean"})[0].embedding.size(), 64);

  const std::string prompts = small_model("prompts").string();
  const auto vector = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"embed", "--model", prompts, "--quiet"});
    return parse(run(arguments).output).embedding;
  };
  const auto length = [](const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) sum += double{value} * double{value};
    return std::sqrt(sum);
  };
  EXPECT_NE(vector({"some text", "--prompt", "query"}), vector({"some text"}));
  EXPECT_EQ(vector({"some text", "--prompt", "document"}), vector({"some text"})) << "the default prompt";
  EXPECT_NEAR(length(vector({"some text"})), 1, 1e-6);
  EXPECT_GT(std::abs(length(vector({"some text", "--no-normalize"})) - 1), 0.01);
}

TEST(Embed, NormalisesWhereItIsAskedTo) {
  const auto length = [](const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) sum += double{value} * double{value};
    return std::sqrt(sum);
  };
  const std::vector<float> plain = embed({"some text", "--truncate-dim", "7"})[0].embedding;
  const std::vector<float> unit = embed({"some text", "--truncate-dim", "7", "--normalize"})[0].embedding;
  EXPECT_GT(std::abs(length(plain) - 1), 0.01);
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(unit[i], double{plain[i]} / length(plain), 1e-6);
  const Outcome both = run({"embed", "x", "--normalize", "--no-normalize"});
  EXPECT_EQ(both.status, 2);
  EXPECT_THAT(both.errors, HasSubstr("contradict each other"));
}

TEST(Embed, TakesAPromptAsText) {
  const std::string prompts = small_model("prompts").string();
  const auto vector = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"embed", "--model", prompts, "--quiet"});
    return parse(run(arguments).output).embedding;
  };
  const std::vector<float> bare = vector({"the query: some text", "--prompt-text", ""});
  EXPECT_EQ(vector({"some text", "--prompt-text", "the query: "}), bare);
  const Outcome both = run({"embed", "x", "--prompt", "query", "--prompt-text", "y"});
  EXPECT_EQ(both.status, 2);
  EXPECT_THAT(both.errors, HasSubstr("give one of them"));
  const Outcome alike = run({"similarity", "--model", prompts, "--prompt-text", "the query: ", "a", "a"});
  EXPECT_EQ(alike.status, 0) << alike.errors;
}

TEST(Embed, SaysWhatWasCut) {
  const std::string words = "one two three four five six seven eight nine ten";
  const Line cut = embed({words, "--max-tokens", "6"})[0];
  EXPECT_EQ(cut.tokens, 6);
  EXPECT_TRUE(cut.truncated);
  const Line mean = embed({words, "--max-tokens", "6", "--on-overflow", "mean"})[0];
  EXPECT_GT(mean.tokens, 6);
  EXPECT_FALSE(mean.truncated);
  EXPECT_NE(mean.embedding, cut.embedding);
  const Outcome outcome = run({"embed", "--model", small_model().string(), words, "--max-tokens", "6"});
  EXPECT_THAT(outcome.errors, HasSubstr("1 truncated at 6 tokens"));
  const Outcome refused =
      run({"embed", "--model", small_model().string(), "short", words, "--max-tokens", "6", "--on-overflow", "error"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.output, "");
  EXPECT_THAT(refused.errors, HasSubstr("6"));
}

TEST(Embed, GivesTheSameBitsWithAnyNumberOfThreads) {
  std::string input;
  for (int i = 0; i < 200; ++i) input += std::string(i % 37, 'a') + " b" + std::to_string(i) + "\n";
  const std::vector<std::string> base = {"embed", "--model", small_model().string(), "--quiet", "--threads"};
  const auto with = [&](const char* threads) {
    std::vector<std::string> arguments = base;
    arguments.emplace_back(threads);
    return run(arguments, input).output;
  };
  const std::string one = with("1");
  EXPECT_EQ(lines_of(one).size(), 200);
  EXPECT_EQ(with("2"), one);
  EXPECT_EQ(with("5"), one);
}

TEST(Embed, SaysWhatItAssumes) {
  const std::vector<std::string> arguments = {"embed", "--model", small_model("no_modules").string(), "x"};
  EXPECT_THAT(run(arguments).errors, HasSubstr("mean pooling is assumed"));
  std::vector<std::string> quiet = arguments;
  quiet.emplace_back("--quiet");
  EXPECT_EQ(run(quiet).errors, "");
}

}  // namespace
}  // namespace mana::program
