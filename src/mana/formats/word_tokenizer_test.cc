#include "mana/formats/word_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/base/temporary_folder.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::formats {
namespace {

using Split = text::WordSegmentation::Split;
using testing::ElementsAre;

const std::filesystem::path kFixtures = fixture_path("word_tokenizers");

const std::map<std::string, text::WordSegmentation> kSegmentations = {{"words", {}},
                                                                      {"cased", {.lowercase = false}},
                                                                      {"persian", {.persian = true}},
                                                                      {"spaces", {.split = Split::spaces}}};

std::vector<json::Document> lines_of(const std::filesystem::path& path) {
  std::vector<json::Document> lines;
  const std::string all = read_file(path);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at);
    lines.push_back(json::Document::parse(all.substr(at, end - at), path.string()));
    at = end + 1;
  }
  return lines;
}

std::vector<std::string> reference_words() {
  std::vector<std::string> words;
  const std::vector<json::Document> lines = lines_of(kFixtures / "expected.jsonl");
  for (const json::Value& word : lines.front().root().at("words").array()) {
    words.emplace_back(word.string());
  }
  return words;
}

TEST(WordTokenizer, IsWrittenAsTheReferenceHasRead) {
  const TemporaryFolder folder;
  const std::vector<std::string> words = reference_words();
  const std::vector<std::string_view> views(words.begin(), words.end());
  for (const auto& [name, segmentation] : kSegmentations) {
    write_word_tokenizer(folder / "tokenizer.json", views, segmentation);
    EXPECT_EQ(read_file(folder / "tokenizer.json"), read_file(kFixtures / name / "tokenizer.json")) << name;
  }
}

TEST(WordTokenizer, CutsTextsAsTheReferenceDoes) {
  std::map<std::string, text::Tokenizer> tokenizers;
  for (const auto& [name, segmentation] : kSegmentations) {
    tokenizers.emplace(name, text::Tokenizer::load(kFixtures / name));
  }
  std::size_t texts = 0;
  for (const json::Document& line : lines_of(kFixtures / "expected.jsonl")) {
    if (!line.root().find("tokenizer")) continue;
    const std::string text(line.root().at("text").string());
    const auto& tokenizer = tokenizers.at(std::string(line.root().at("tokenizer").string()));
    const text::Encoding encoding = tokenizer.encode(text);
    std::vector<text::TokenId> ids;
    std::vector<text::Offsets> offsets;
    for (const json::Value& id : line.root().at("ids").array()) ids.push_back(static_cast<text::TokenId>(id.integer()));
    for (const json::Value& pair : line.root().at("offsets").array()) {
      offsets.push_back({static_cast<std::uint32_t>(pair.array()[0].integer()),
                         static_cast<std::uint32_t>(pair.array()[1].integer())});
    }
    EXPECT_EQ(encoding.ids, ids) << line.root().at("tokenizer").string() << ": " << text;
    EXPECT_EQ(text::to_code_points(text, encoding.offsets), offsets) << text;
    ++texts;
  }
  EXPECT_GT(texts, 100u);
}

// What training counts is what use finds: without phrases, the words of a text are its tokens.
TEST(WordTokenizer, MeetsTheWordsOfTraining) {
  for (const auto& [name, segmentation] : kSegmentations) {
    const text::Tokenizer tokenizer = text::Tokenizer::load(kFixtures / name);
    for (const json::Document& line : lines_of(kFixtures / "expected.jsonl")) {
      if (!line.root().find("text")) continue;
      std::vector<std::string> words;
      text::WordSegmenter segment(segmentation);
      segment(line.root().at("text").string(), [&](std::string_view word) { words.emplace_back(word); });
      std::string joined;
      std::size_t known = 0;
      for (const std::string& word : words) known += tokenizer.id(word).has_value() ? 1 : 0;
      const text::Encoding encoding = tokenizer.encode(line.root().at("text").string());
      if (encoding.ids.size() == words.size()) {
        std::size_t met = 0;
        for (const text::TokenId id : encoding.ids) met += tokenizer.token(id) != "[UNK]]" ? 1 : 0;
        EXPECT_EQ(met, known) << name << ": " << line.root().at("text").string();
      } else {
        EXPECT_LT(encoding.ids.size(), words.size()) << "only phrases make fewer";
      }
    }
  }
}

TEST(WordTokenizer, NamesAPhraseByItsWord) {
  const TemporaryFolder folder;
  const std::vector<std::string_view> words = {"in", "big_apple", "big", "apple"};
  write_word_tokenizer(folder / "tokenizer.json", words, {});
  const text::Tokenizer tokenizer = text::Tokenizer::load(folder.path());
  EXPECT_THAT(tokenizer.encode("In the BIG  apple, big_apple; big apples").ids, ElementsAre(0, 4, 1, 1, 2, 4));
  EXPECT_EQ(tokenizer.token(1), "big_apple");
  const std::vector<std::byte> compiled = tokenizer.compiled();
  const auto again = text::Tokenizer::from_compiled(compiled, nullptr);
  EXPECT_EQ(again.encode("the big apple").ids, tokenizer.encode("the big apple").ids);
}

TEST(WordTokenizer, CountsWordsThatNoTextHas) {
  const std::vector<std::string_view> words = {"paris", "Paris", "u.s.", "new_york", "New_York", "οδος", "οδοσ"};
  EXPECT_EQ(words_never_met(words, {}), 4u);
  EXPECT_EQ(words_never_met(words, {.lowercase = false}), 1u);
  EXPECT_EQ(words_never_met(words, {.split = Split::spaces}), 0u);
}

}  // namespace
}  // namespace mana::formats
