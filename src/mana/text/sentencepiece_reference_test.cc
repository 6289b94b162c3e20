// Equality with SentencePiece, on what tools/golden/sentencepiece_models.py asked it.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fixture_path("sentencepiece");

// The tokenizer of a folder that has nothing but this file, under the name `as`.
Tokenizer load(const fs::path& model, const std::string& as = "tokenizer.model") {
  const TemporaryFolder folder;
  fs::copy(model, folder / as);
  return Tokenizer::load(folder.path());
}

Tokenizer recompiled(const Tokenizer& tokenizer) {
  const auto bytes = std::make_shared<const std::vector<std::byte>>(tokenizer.compiled());
  return Tokenizer::from_compiled(*bytes, bytes);
}

std::vector<TokenId> ids_of(const json::Value& line) {
  std::vector<TokenId> ids;
  for (const json::Value& id : line.at("ids").array()) ids.push_back(static_cast<TokenId>(id.integer()));
  return ids;
}

std::vector<Offsets> offsets_of(const json::Value& line) {
  std::vector<Offsets> all;
  for (const json::Value& range : line.at("offsets").array()) {
    const auto ends = range.array();
    all.push_back({static_cast<std::uint32_t>(ends[0].integer()), static_cast<std::uint32_t>(ends[1].integer())});
  }
  return all;
}

TEST(SentencePieceReference, AgreesOnDifficultAndRandomTexts) {
  const std::string text = read_file(kFixtures / "cases.jsonl");
  std::map<std::string, std::pair<Tokenizer, Tokenizer>, std::less<>> tokenizers;
  int checked = 0;
  for (std::size_t at = text.find('\n') + 1; at < text.size(); at = text.find('\n', at) + 1) {
    const auto document = json::Document::parse(text.substr(at, text.find('\n', at) - at), "cases.jsonl");
    const json::Value line = document.root();
    const std::string name(line.at("model").string());
    auto found = tokenizers.find(name);
    if (found == tokenizers.end()) {
      Tokenizer loaded = load(kFixtures / (name + ".model"));
      Tokenizer compiled = recompiled(loaded);
      found = tokenizers.emplace(name, std::pair(std::move(loaded), std::move(compiled))).first;
    }
    for (const Tokenizer* tokenizer : {&found->second.first, &found->second.second}) {
      const Encoding encoding = tokenizer->encode(line.at("text").string());
      EXPECT_EQ(encoding.ids, ids_of(line)) << name << ": " << line.at("text").string();
      EXPECT_EQ(encoding.offsets, offsets_of(line)) << name << ": " << line.at("text").string();
      ++checked;
    }
  }
  EXPECT_GT(checked, 500);
}

TEST(SentencePieceReference, NumbersAsFamiliesDo) {
  const char* data = std::getenv("MANA_TEST_DATA");
  if (!data) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const Tokenizer t5 = load(data / fs::path("tokenizers/t5/spiece.model"), "spiece.model");
  EXPECT_EQ(t5.vocabulary_size(), 32100U);
  EXPECT_EQ(t5.id("<extra_id_0>"), 32099);
  EXPECT_EQ(t5.id("<extra_id_99>"), 32000);
  EXPECT_EQ(t5.encode("Hello  world <extra_id_0> and").ids, (std::vector<TokenId>{8774, 296, 32099, 11, 1}));

  const fs::path small = data / fs::path("tokenizers/sentencepiece-test/test_model.model");
  const Tokenizer xlm_roberta = load(small, "sentencepiece.bpe.model");
  const std::pair<const char*, TokenId> tokens[] = {{"<s>", 0},       {"<pad>", 1},     {"</s>", 2},  {"<unk>", 3},
                                                    {"<mask>", 1001}, {"\u2581the", 8}, {"\u2581", 5}};
  for (const auto& [token, id] : tokens) EXPECT_EQ(xlm_roberta.id(token), id) << token;
  EXPECT_EQ(xlm_roberta.vocabulary_size(), 1002U);
  EXPECT_EQ(xlm_roberta.encode("Hello  world <mask> and").ids,
            (std::vector<TokenId>{0, 152, 89, 22, 888, 1001, 14, 2}));
}

// What others have found with other implementations.
TEST(SentencePieceReference, AgreesWithPublishedCasesOfT5) {
  const char* data = std::getenv("MANA_TEST_DATA");
  if (!data) GTEST_SKIP() << "MANA_TEST_DATA is not set";
  const Tokenizer tokenizer = Tokenizer::load(data / fs::path("tokenizers/t5"));
  const std::string text = read_file(data / fs::path("tokenizer-golden/cases.jsonl"));
  int checked = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const auto document = json::Document::parse(text.substr(at, text.find('\n', at) - at), "cases.jsonl");
    const json::Value line = document.root();
    if (line.at("tokenizer").string() != "t5") continue;
    const auto without = line.find("no_special");
    const EncodeOptions options{.special_tokens = !without || !without->boolean()};
    EXPECT_EQ(tokenizer.encode(line.at("text").string(), options).ids, ids_of(line)) << line.at("text").string();
    ++checked;
  }
  EXPECT_EQ(checked, 39);
}

}  // namespace
}  // namespace mana::text
