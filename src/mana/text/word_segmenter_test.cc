#include "mana/text/word_segmenter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/text/repaired_text.h"
#include "mana/text/tokenizer.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words_of(std::string_view text, WordSegmentation segmentation = {}) {
  std::vector<std::string> words;
  WordSegmenter segment(segmentation);
  segment(text, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

// The definition: the stages that are written into a tokenizer.json, one after the other.
std::vector<std::string> words_of_stages(std::string_view text, const WordSegmentation& segmentation) {
  const RepairedText repaired(text);
  NormalizedText normalized;
  normalized.assign(repaired.text(), 0, false);
  segmentation.normalizers()(normalized);
  Words ranges;
  NormalizedText rewritten;
  segmentation.pre_tokenizers()(normalized, {0, static_cast<std::uint32_t>(normalized.text().size())}, rewritten,
                                ranges);
  std::vector<std::string> words;
  for (const Range& range : ranges) words.emplace_back(range.of(normalized.text()));
  return words;
}

TEST(WordSegmenter, FindsRunsOfLettersMarksAndDigits) {
  EXPECT_THAT(words_of("It's a T-34, x_y!\t(Café)\n"), ElementsAre("it", "s", "a", "t", "34", "x", "y", "café"));
  EXPECT_THAT(words_of("It's", {.lowercase = false}), ElementsAre("It", "s"));
  EXPECT_THAT(words_of(" .,\n"), IsEmpty());
  EXPECT_THAT(words_of(""), IsEmpty());
}

TEST(WordSegmenter, KeepsOneZeroWidthNonJoinerInsideAWord) {
  EXPECT_THAT(words_of("می\u200Cروم"), ElementsAre("می\u200Cروم"));
  EXPECT_THAT(words_of("\u200Cمی\u200C, می\u200C\u200Cروم\u200C"), ElementsAre("می", "می", "روم"));
}

TEST(WordSegmenter, KeepsJoinedLettersAndMarksTogetherInEveryScript) {
  EXPECT_THAT(words_of("क\u094D\u200Dष, ශ\u0DCA\u200Dරී"), ElementsAre("क\u094D\u200Dष", "ශ\u0DCA\u200Dරී"));
  EXPECT_THAT(words_of("a\u200D\u200Db \u200Dc\u200D"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(words_of("cafe\u0301s e\u0301t"), ElementsAre("cafe\u0301s", "e\u0301t"));
}

TEST(WordSegmenter, FoldsCaseAsUnicodeDoes) {
  EXPECT_THAT(words_of("ΟΔΟΣ οδος οδοσ, Σ ΣΑΣ"), ElementsAre("οδος", "οδος", "οδος", "σ", "σας"));
  EXPECT_THAT(words_of("Straße STRASSE GROẞ ſo ﬁne"), ElementsAre("strasse", "strasse", "gross", "so", "fine"));
  EXPECT_THAT(words_of("İı K Å Ǆ ǅ ΐ"), ElementsAre("i̇ı", "k", "å", "ǆ", "ǆ", "ΐ"));
  EXPECT_THAT(words_of("ΟΔΟΣ Maß", {.lowercase = false}), ElementsAre("ΟΔΟΣ", "Maß"));
}

TEST(WordSegmenter, TakesWhatStandsBetweenSpacesAsItIs) {
  const WordSegmentation spaces{.split = WordSegmentation::Split::spaces};
  EXPECT_THAT(words_of(" New_York user:42\tC++\u00A0🙂\n\u3000it's — \u200C", spaces),
              ElementsAre("New_York", "user:42", "C++", "🙂", "it's", "—", "\u200C"));
  EXPECT_THAT(words_of("a\xFF\xE2\x80z \xC3", spaces), ElementsAre("a\uFFFD\uFFFDz", "\uFFFD"));
  EXPECT_THAT(words_of(std::string_view("a\0b", 3), spaces), ElementsAre("a", "b"));
  EXPECT_THAT(words_of(" \u2028 ", spaces), IsEmpty());
}

TEST(WordSegmenter, WritesArabicLettersAndDigitsAsPersianIfAsked) {
  const std::string text = "\u0643\u062A\u0627\u0628 \u0639\u0644\u064A \u0661\u06F2";
  EXPECT_THAT(words_of(text, {.persian = true}), ElementsAre("\u06A9\u062A\u0627\u0628", "\u0639\u0644\u06CC", "12"));
  EXPECT_THAT(words_of(text), ElementsAre("\u0643\u062A\u0627\u0628", "\u0639\u0644\u064A", "\u0661\u06F2"));
  EXPECT_THAT(words_of("\u0633\u0640\u0640\u0644\u0627\u0645 \u0640", {.persian = true}),
              ElementsAre("\u0633\u0644\u0627\u0645"));
}

TEST(WordSegmenter, FindsTheWordsOfTheStagesInAnyBytes) {
  const std::vector<std::string> parts = {
      "a",      "Z",  "9",      " ",    "\n",   "'",    "é",      "\u0301",       "\u200C",         "\u200C",
      "\u200D", "Σ",  "σ",      "ς",    "ß",    "ﬁ",    "\u00A0", "\u0640",       "\u0643",         "\u0664",
      "\u0130", "中", "\u2167", "🙂", "\xFF", "\xE2", "\x80",   "\xED\xA0\x80", std::string(1, 0)};
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += parts[random() % parts.size()];
    for (const WordSegmentation segmentation :
         {WordSegmentation{}, WordSegmentation{.lowercase = false, .persian = true},
          WordSegmentation{.persian = true}}) {
      ASSERT_EQ(words_of(text, segmentation), words_of_stages(text, segmentation)) << testing::PrintToString(text);
    }
  }
}

// The reference's own; texts with phrases are left out, which are found elsewhere.
TEST(WordSegmenter, FindsTheWordsOfTheReference) {
  const std::filesystem::path fixtures = fixture_path("word_tokenizers");
  const std::string cases = read_file(fixtures / "expected.jsonl");
  const std::vector<std::pair<std::string, WordSegmentation>> segmentations = {
      {"words", {}},
      {"cased", {.lowercase = false}},
      {"persian", {.persian = true}},
      {"spaces", {.split = WordSegmentation::Split::spaces}}};
  for (const auto& [name, segmentation] : segmentations) {
    const Tokenizer tokenizer = Tokenizer::load(fixtures / name);
    int texts = 0;
    for (std::size_t at = 0; at < cases.size();) {
      const std::size_t end = cases.find('\n', at);
      const auto line = json::Document::parse(cases.substr(at, end - at), "expected.jsonl");
      at = end + 1;
      const auto whose = line.root().find("tokenizer");
      if (!whose || whose->string() != name) continue;
      std::vector<TokenId> expected;
      bool phrases = false;
      for (const json::Value& id : line.root().at("ids").array()) {
        expected.push_back(static_cast<TokenId>(id.integer()));
        phrases |= name != "spaces" && tokenizer.token(expected.back()).find_first_of("_ ") != std::string_view::npos;
      }
      if (phrases) continue;
      std::vector<TokenId> ids;
      for (const std::string& word : words_of(line.root().at("text").string(), segmentation)) {
        ids.push_back(tokenizer.id(word).value_or(*tokenizer.id("[UNK]]")));
      }
      EXPECT_EQ(ids, expected) << name << ": " << line.root().at("text").string();
      ++texts;
    }
    EXPECT_GT(texts, 15) << name;
  }
}

}  // namespace
}  // namespace mana::text
