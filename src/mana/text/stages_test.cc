// Each stage by itself: over every code point against the reference, and in time linear in hostile texts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/file.h"
#include "mana/base/json.h"
#include "mana/text/crc32.h"
#include "mana/text/normalizer.h"
#include "mana/text/pre_tokenizer.h"
#include "mana/text/tokenizer.h"
#include "tests/support/sanitized.h"
#include "tests/support/source_path.h"

namespace mana::text {
namespace {

using Stage = std::function<std::string(const std::string&)>;

std::string utf8(char32_t c) {
  char bytes[4];
  return {bytes, encode(c, bytes)};
}

template <class Normalize>
Stage normalized(Normalize normalize) {
  return [normalize, result = std::make_shared<NormalizedText>()](const std::string& text) {
    result->assign(text, 0, true);
    normalize(*result);
    return std::string(result->text());
  };
}

template <class PreTokenize>
Stage pieces(PreTokenize pre_tokenize) {
  return [pre_tokenize](const std::string& text) {
    Words words;
    pre_tokenize(text, Range{0, static_cast<std::uint32_t>(text.size())}, words);
    std::string joined;
    for (const Range& word : words) joined.append(joined.empty() ? "" : "\x01").append(word.of(text));
    return joined;
  };
}

std::map<std::string, Stage, std::less<>> stages() {
  return {{"BertNormalizer", normalized(BertNormalizer{})},
          {"BertNormalizer cased", normalized(BertNormalizer{true, true, false, false})},
          {"BertNormalizer accents", normalized(BertNormalizer{false, false, true, false})},
          {"BertNormalizer lower", normalized(BertNormalizer{false, false, false, true})},
          {"Lowercase", normalized(Lowercase{})},
          {"StripAccents", normalized(StripAccents{})},
          {"NFC", normalized(NormalForm{Equivalence::canonical, true})},
          {"NFD", normalized(NormalForm{Equivalence::canonical, false})},
          {"NFKC", normalized(NormalForm{Equivalence::compatibility, true})},
          {"NFKD", normalized(NormalForm{Equivalence::compatibility, false})},
          {"BertPreTokenizer", pieces(BertPreTokenizer{})},
          {"Whitespace", pieces(Whitespace{})},
          {"WhitespaceSplit", pieces(WhitespaceSplit{})},
          {"Punctuation", pieces(Punctuation{})},
          {"Digits", pieces(Digits{})},
          {"UnicodeWords", pieces(UnicodeWords{})}};
}

void add_default_model(std::map<std::string, Stage, std::less<>>& all) {
  const char* home = std::getenv("MANA_HOME");
  const char* user = std::getenv("HOME");
  const std::filesystem::path root = home ? home : user ? std::filesystem::path(user) / ".cache/mana" : "";
  if (!std::filesystem::exists(root / "models/all-MiniLM-L6-v2")) return;
  auto tokenizer = std::make_shared<Tokenizer>(Tokenizer::load(root / "models/all-MiniLM-L6-v2"));
  all["model"] = [tokenizer](const std::string& text) {
    const Encoding encoding = tokenizer->encode(text, {.special_tokens = false});
    const auto offsets = to_code_points(text, encoding.offsets);
    std::string joined;
    for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
      joined += fmt::format("{}{}:{}-{}", i ? " " : "", encoding.ids[i], offsets[i].begin, offsets[i].end);
    }
    return joined;
  };
}

TEST(Stages, AgreeWithTheReferenceOnEveryCodePoint) {
  auto all = stages();
  add_default_model(all);
  const std::string digests = read_file(fixture_path("tokenizer/digests.jsonl"));
  const char32_t end = kSanitized ? 0x4000 : 0x110000;  // sanitizers take too long for all
  std::size_t checked = 0;
  for (std::size_t at = digests.find('\n') + 1; at < digests.size(); at = digests.find('\n', at) + 1) {
    const auto document = json::Document::parse(digests.substr(at, digests.find('\n', at) - at), "digests");
    const auto stage = all.find(document.root().at("stage").string());
    if (stage == all.end()) continue;  // the default model has not been fetched
    ++checked;
    char32_t first = 0;
    for (const json::Value& expected : document.root().at("crc32").array()) {
      if (first == end) break;
      if (first >= 0x40000 && first < 0xE0000 && first % 0x10000 != 0) {  // planes without characters
        first += 0x2000;
        continue;
      }
      std::uint32_t crc = 0;
      bool follows = false;
      for (char32_t c = first; c < first + 0x2000; ++c) {
        if (c >= 0xD800 && c < 0xE000) continue;
        for (const std::string& text :
             {fmt::format("a{}b", utf8(c)), fmt::format("\u00e9\u0327{}\u0301\u0323x", utf8(c))}) {
          crc = crc32(crc, follows ? "\n" : "");
          crc = crc32(crc, stage->second(text));
          follows = true;
        }
      }
      EXPECT_EQ(crc, static_cast<std::uint32_t>(expected.integer()))
          << stage->first << fmt::format(" from U+{:04X}", std::uint32_t{first});
      first += 0x2000;
    }
    EXPECT_EQ(first, end);
  }
  EXPECT_EQ(checked, all.size());
}

TEST(BertNormalizer, DoesInOnePassWhatItIsDefinedToDoStepByStep) {
  std::mt19937 generator(1);
  const auto random = [&] { return static_cast<std::uint32_t>(generator()); };
  const std::u32string marks = U"\u0301\u0323\u0327\u0345\u0308\u302e\u1b44\u0344\u093c";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int k = 0; k < 12; ++k) {
      char32_t c = random() % (random() % 4 ? 0x3000 : 0x30000);
      if (random() % 3 == 0) c = marks[random() % marks.size()];
      if (random() % 4 == 0) c = ' ' + random() % 95;
      if (c < 0xD800 || c >= 0xE000) text += utf8(c);
    }
    const BertNormalizer bert{random() % 2 == 0, random() % 2 == 0, random() % 4 != 0, random() % 2 == 0};
    NormalizedText once, stepwise;
    once.assign(text, 100, true);
    stepwise.assign(text, 100, true);
    bert(once);
    bert.step_by_step(stepwise);
    ASSERT_EQ(once.text(), stepwise.text());
    const std::string_view result = once.text();
    for_each_code_point(result, [&](char32_t, std::size_t begin, std::size_t size) {
      const Range range{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + size)};
      ASSERT_EQ(once.source(range), stepwise.source(range)) << text;
    });
  }
}

TEST(BertNormalizer, KeepsOffsetsOfWhatMoves) {
  NormalizedText text;
  text.assign("a\u0345\u0301b", 10, true);
  NormalForm{Equivalence::canonical, false}(text);
  EXPECT_EQ(text.text(), "a\u0301\u0345b");
  EXPECT_EQ(text.source(0), (Offsets{10, 11}));
  EXPECT_EQ(text.source(1), (Offsets{11, 13}));  // as the reference counts: by order, not by origin
  EXPECT_EQ(text.source(5), (Offsets{15, 16}));
}

std::string repeated(std::string_view part, std::size_t size) {
  std::string text;
  while (text.size() < size) text += part;
  return text;
}

TEST(Stages, TakeLinearTimeWhateverTheText) {
  const auto all = stages();
  for (std::string_view part : {"a", " ", ".", "\u0301", "\u0301\u0323", "a\u0345\u0301\u0323\u0327", "\u1b44\u0301",
                                "한", "中", "e\u0301", "\u0f73", "\u0344\u0323", "\u00a0", "\U0001d160"}) {
    const std::string text = repeated(part, kSanitized ? 1 << 17 : 1 << 20);
    for (const auto& [name, stage] : all) {
      const auto start = std::chrono::steady_clock::now();
      stage(text);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      EXPECT_LT(taken.count(), 5.0) << name << " of " << part;  // milliseconds; were it quadratic, hours
    }
  }
}

TEST(Replace, PutsContentInPlaceOfPattern) {
  NormalizedText text;
  text.assign("``é``x`", 0, true);
  Replace{"``", "\""}(text);
  EXPECT_EQ(text.text(), "\"é\"x`");
  EXPECT_EQ(text.source({0, 1}), (Offsets{1, 2}));
  EXPECT_EQ(text.source({1, 3}), (Offsets{2, 4}));
}

TEST(Strip, RemovesWhitespaceAtTheEndsOnly) {
  for (const auto& [left, right, expected] :
       std::vector<std::tuple<bool, bool, std::string>>{{true, true, "a b"},
                                                        {true, false, "a b\u3000 "},
                                                        {false, true, " \u00a0a b"},
                                                        {false, false, " \u00a0a b\u3000 "}}) {
    NormalizedText text;
    text.assign(" \u00a0a b\u3000 ", 0, true);
    Strip{left, right}(text);
    EXPECT_EQ(text.text(), expected);
  }
  NormalizedText blank;
  blank.assign(" \n ", 0, true);
  Strip{true, true}(blank);
  EXPECT_EQ(blank.text(), "");
}

TEST(Normalizers, ThatMakeFarTooMuchOfATextAreStopped) {
  Normalizers normalizers;
  for (int i = 0; i < 4; ++i) normalizers.stages.emplace_back(Replace{"a", std::string(1000, 'a')});
  for (const bool tracked : {false, true}) {
    NormalizedText text;
    text.assign("aaaaaaaaaa", 0, tracked);
    EXPECT_THROW(normalizers(text), FormatError);
    text.assign("bb", 0, tracked);
    normalizers(text);
    EXPECT_EQ(text.text(), "bb");
  }
}

}  // namespace
}  // namespace mana::text
