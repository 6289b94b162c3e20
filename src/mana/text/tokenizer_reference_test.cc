// Equality with the Rust tokenizers, on what tools/golden/tokenizer.py asked them.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/pipeline.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fixture_path("tokenizer");

fs::path from_environment(const char* name, const fs::path& part) {
  const char* value = std::getenv(name);
  return value && *value ? value / part : fs::path();
}

fs::path default_model() {
  fs::path home = from_environment("MANA_HOME", "");
  if (home.empty()) home = from_environment("HOME", ".cache/mana");
  return home / "models/all-MiniLM-L6-v2";
}

std::vector<json::Document> read_lines(const fs::path& path) {
  const std::string text = read_file(path);
  std::vector<json::Document> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(
        json::Document::parse(text.substr(at, end - at), fmt::format("{}:{}", path.string(), lines.size() + 1)));
    at = end + 1;
  }
  return lines;
}

std::string bytes(std::string_view hex) {
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    text += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return text;
}

template <class T>
std::vector<T> integers(const std::optional<json::Value>& list, std::size_t size_when_missing = 0) {
  if (!list) return std::vector<T>(size_when_missing);
  std::vector<T> values;
  for (simdjson::dom::element element : simdjson::dom::array(list->raw()))
    values.push_back(static_cast<T>(std::int64_t(element)));
  return values;
}

std::vector<Offsets> ranges(const json::Value& list) {
  std::vector<Offsets> values;
  for (simdjson::dom::element element : simdjson::dom::array(list.raw())) {
    values.push_back({static_cast<std::uint32_t>(std::int64_t(element.at(0))),
                      static_cast<std::uint32_t>(std::int64_t(element.at(1)))});
  }
  return values;
}

EncodeOptions options_of(const json::Value& line) {
  EncodeOptions options;
  if (const auto most = line.find("max_tokens")) options.max_tokens = static_cast<std::size_t>(most->integer());
  if (const auto strategy = line.find("truncation")) {
    if (strategy->string() == "only_first") options.truncation = Truncation::only_first;
    if (strategy->string() == "only_second") options.truncation = Truncation::only_second;
  }
  if (const auto special = line.find("special_tokens")) options.special_tokens = special->boolean();
  return options;
}

// As the program starts it from a compiled block: equal to the one it was made from in everything that is checked.
Tokenizer recompiled(const Tokenizer& tokenizer) {
  const auto bytes = std::make_shared<const std::vector<std::byte>>(tokenizer.compiled());
  return Tokenizer::from_compiled(*bytes, bytes);
}

void check(const Tokenizer& tokenizer, const json::Value& line) {
  const auto hex = line.find("hex");
  const std::string text = hex ? bytes(hex->string()) : std::string(line.at("text").string());
  const auto pair = line.find("pair");
  const EncodeOptions options = options_of(line);
  const auto encode = [&] {
    return pair ? tokenizer.encode_pair(text, pair->string(), options) : tokenizer.encode(text, options);
  };
  if (line.find("error")) {
    EXPECT_THROW(encode(), ArgumentError);
    return;
  }
  const Encoding encoding = encode();
  const auto ids = integers<TokenId>(line.at("ids"));
  ASSERT_EQ(encoding.ids, ids);
  EXPECT_EQ(encoding.type_ids, integers<TokenId>(line.find("type_ids"), ids.size()));
  EXPECT_EQ(encoding.special, integers<std::uint8_t>(line.find("special"), ids.size()));
  EXPECT_EQ(encoding.offsets, ranges(line.at("offsets")));
  EXPECT_EQ(encoding.total_tokens, line.at("total").integer());
  EXPECT_EQ(encoding.truncated, encoding.total_tokens > ids.size());
  EXPECT_EQ(tokenizer.decode(ids, true), line.at("decoded").array()[0].string());
  EXPECT_EQ(tokenizer.decode(ids, false), line.at("decoded").array()[1].string());
  if (pair) return;

  EXPECT_EQ(to_code_points(text, encoding.offsets),
            ranges(line.at(line.find("code_points") ? "code_points" : "offsets")));
  std::vector<TokenId> appended{7};
  const TokenCount count = tokenizer.append(text, options, appended);
  EXPECT_EQ(count.total, encoding.total_tokens);
  EXPECT_EQ(count.kept, ids.size());
  EXPECT_EQ(std::vector<TokenId>(appended.begin() + 1, appended.end()), ids);
}

// Every line of a file, each with the tokenizer that it names, or with the one given.
void check_all(const fs::path& path, const Tokenizer* only = nullptr) {
  std::map<std::string, Tokenizer, std::less<>> tokenizers, compiled;
  if (only) compiled.emplace("", recompiled(*only));
  const auto lines = read_lines(path);
  ASSERT_GT(lines.size(), 1u);
  for (std::size_t i = 1; i < lines.size() && !testing::Test::HasFatalFailure();
       ++i) {  // the first one names the reference
    const json::Value line = lines[i].root();
    SCOPED_TRACE(fmt::format("{}:{}", path.string(), i + 1));
    const std::string name(line.at("tokenizer").string());
    if (!only && !tokenizers.contains(name)) {
      const Tokenizer& loaded = tokenizers.emplace(name, Tokenizer::load(path.parent_path() / name)).first->second;
      compiled.emplace(name, recompiled(loaded));
    }
    check(only ? *only : tokenizers.find(name)->second, line);
    check(compiled.find(only ? "" : name)->second, line);
  }
}

TEST(TokenizerReference, AgreesOnDifficultTextsWithEveryStage) { check_all(kFixtures / "cases.jsonl"); }

TEST(TokenizerReference, AgreesOnTheRarerStages) { check_all(fixture_path("tokenizer_stages/cases.jsonl")); }

TEST(TokenizerReference, AgreesOnUnigram) { check_all(fixture_path("unigram/cases.jsonl")); }

TEST(TokenizerReference, AgreesOnBytePairEncodings) { check_all(fixture_path("byte_pair/cases.jsonl")); }

TEST(TokenizerReference, AgreesOnFoldersWithoutStages) { check_all(fixture_path("tokenizer_classes/cases.jsonl")); }

TEST(TokenizerReference, AgreesOnRandomTexts) { check_all(kFixtures / "random.jsonl"); }

TEST(TokenizerReference, AgreesOnTheDefaultModel) {
  if (!fs::exists(default_model())) GTEST_SKIP() << "the default model has not been fetched";
  const Tokenizer tokenizer = Tokenizer::load(default_model());
  check_all(kFixtures / "model.jsonl", &tokenizer);
}

TEST(TokenizerReference, AgreesOnBge) {
  const fs::path folder = from_environment("MANA_TEST_DATA", "tokenizers/bge-small-en");
  if (folder.empty()) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const Tokenizer tokenizer = Tokenizer::load(folder);
  check_all(kFixtures / "bge.jsonl", &tokenizer);
}

// A published vocabulary with what its own folder says of case, which is not among the data.
Tokenizer load_published(const fs::path& vocabulary) {
  const TemporaryFolder folder;
  for (const auto& file : fs::directory_iterator(vocabulary)) fs::copy(file, folder / file.path().filename());
  const bool lower = vocabulary.filename().string().ends_with("uncased");
  if (fs::exists(folder / "merges.txt")) return Tokenizer::load(folder.path());
  AtomicFile config(folder / "tokenizer_config.json");
  config.write(fmt::format("{{\"do_lower_case\": {}}}", lower));
  config.commit();
  return Tokenizer::load(folder.path());
}

// The published vocabularies of BERT, GPT-2 and CLIP, with ids that others have found with other implementations.
// (Their decoded texts are not compared: those implementations join tokens in their own ways.)
TEST(TokenizerReference, AgreesWithPublishedCases) {
  const fs::path data = from_environment("MANA_TEST_DATA", "");
  if (data.empty()) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  std::map<std::string, Tokenizer, std::less<>> tokenizers;
  std::map<std::string, int> checked;
  for (const json::Document& document : read_lines(data / "tokenizer-golden/cases.jsonl")) {
    const json::Value line = document.root();
    const std::string name(line.at("tokenizer").string());
    if (!name.starts_with("bert") && name != "gpt2" && name != "clip") continue;
    SCOPED_TRACE(line.place() + " " + std::string(line.at("case").string()));
    if (!tokenizers.contains(name)) tokenizers.emplace(name, load_published(data / "tokenizers" / name));
    const Tokenizer& tokenizer = tokenizers.find(name)->second;
    const std::string_view text = line.at("text").string();
    const auto ids = integers<TokenId>(line.at("ids"));
    EncodeOptions options;
    if (const auto without = line.find("no_special")) options.special_tokens = !without->boolean();
    const auto pair = line.find("text_pair");
    const Encoding encoding =
        pair ? tokenizer.encode_pair(text, pair->string(), options) : tokenizer.encode(text, options);
    EXPECT_EQ(encoding.ids, ids) << text;
    ++checked[name];
  }
  EXPECT_GE(checked["bert-base-uncased"], 18);
  EXPECT_GE(checked["bert-base-cased"], 18);
  EXPECT_GE(checked["bert-base-multilingual-cased"], 1);
  EXPECT_GE(checked["gpt2"], 18);
  EXPECT_GE(checked["clip"], 13);
}

TEST(TokenizerReference, AgreesOnQuestions) {
  const fs::path data = from_environment("MANA_TEST_DATA", "");
  if (data.empty()) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const std::string command = "zstd -dcq '" + (data / "tokenizer-golden/bert-squad-questions.jsonl.zst").string() + "'";
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  ASSERT_TRUE(pipe);
  std::string all;
  std::array<char, 65536> block;
  while (const std::size_t size = fread(block.data(), 1, block.size(), pipe.get())) all.append(block.data(), size);
  if (all.empty()) GTEST_SKIP() << "the zstd program is not installed";

  const Tokenizer tokenizer = Tokenizer::load(data / "tokenizers/bert-base-uncased");
  int checked = 0;
  for (std::size_t at = 0; at < all.size(); ++checked) {
    const std::size_t end = all.find('\n', at);
    const auto document = json::Document::parse(all.substr(at, end - at), "question");
    EXPECT_EQ(tokenizer.encode(document.root().at("text").string(), {.special_tokens = false}).ids,
              integers<TokenId>(document.root().at("ids")));
    at = end + 1;
  }
  EXPECT_EQ(checked, 3000);
}

}  // namespace
}  // namespace mana::text
