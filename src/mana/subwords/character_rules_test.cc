#include "mana/subwords/character_rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "mana/base/errors.h"
#include "mana/text/character_map.h"
#include "mana/text/crc32.h"
#include "mana/text/utf8.h"
#include "tests/support/sanitized.h"
#include "tests/support/source_path.h"

namespace mana::subwords {
namespace {

std::string utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t c : text) {
    char code[4];
    bytes.append(code, text::encode(c, code));
  }
  return bytes;
}

std::string applied(const text::CharacterMap& map, std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto match = map.longest(text.substr(at));
    const std::size_t size = match ? match->size : text::code_point_size(text[at]);
    result += match ? match->result : text.substr(at, size);
    at += size;
  }
  return result;
}

// Every rule, by the digests of tools/golden/newer_characters.py.
TEST(CharacterRules, AreThoseOfSentencePiece) {
  std::ifstream file(fixture_path("character_rules/digests.tsv"));
  std::string name, digest;
  std::size_t count = 0;
  for (const Normalization normalization :
       {Normalization::nfkc, Normalization::nmt_nfkc, Normalization::nfkc_cf, Normalization::nmt_nfkc_cf}) {
    ASSERT_TRUE(file >> name >> count >> digest);
    EXPECT_EQ(name, name_of(normalization));
    if (kSanitized && normalization != Normalization::nmt_nfkc_cf) continue;  // sanitizers take too long for all
    const CharacterRules rules = character_rules(normalization);
    EXPECT_EQ(rules.size(), count);
    std::uint32_t crc = 0;
    for (const auto& [from, to] : rules) crc = text::crc32(crc, utf8(from) + "\t" + utf8(to) + "\n");
    EXPECT_EQ(crc, std::stoul(digest, nullptr, 16)) << name;
  }
  EXPECT_TRUE(character_rules(Normalization::identity).empty());
}

// The longest rule at each place, looked up rule by rule.
std::u32string plainly(const CharacterRules& rules, std::u32string_view text) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = std::min<std::size_t>(text.size() - at, 20);
    while (size > 0 && !rules.contains(std::u32string(text.substr(at, size)))) --size;
    result += size == 0 ? std::u32string(1, text[at]) : rules.at(std::u32string(text.substr(at, size)));
    at += std::max<std::size_t>(size, 1);
  }
  return result;
}

void expect_map_of(const CharacterRules& rules, const std::vector<std::u32string>& texts) {
  const text::CharacterMap map(compile_rules(rules));
  for (const auto& [from, to] : rules) {
    const std::string key = utf8(from);
    const auto match = map.longest(key);
    ASSERT_TRUE(match && match->size == key.size()) << key;
    ASSERT_EQ(match->result, utf8(to)) << key;
  }
  for (const std::u32string& text : texts) ASSERT_EQ(applied(map, utf8(text)), utf8(plainly(rules, text)));
}

TEST(CharacterRules, CompiledTheyDoTheSame) {
  const CharacterRules rules = character_rules(Normalization::nmt_nfkc);
  std::mt19937 random(1);
  std::vector<std::u32string> keys, texts;
  for (const auto& rule : rules) keys.push_back(rule.first);
  for (int i = 0; i < 20'000; ++i) {
    std::u32string text;
    for (std::size_t k = random() % 6; k > 0; --k) {
      const std::u32string& key = keys[random() % keys.size()];
      text += random() % 3 == 0 ? std::u32string(1, U'a' + random() % 0x2000) : key.substr(random() % key.size());
    }
    texts.push_back(text);
  }
  for (char32_t c = 1; c < 0x20000; ++c) {
    if (c < 0xD800 || c >= 0xE000) texts.emplace_back(1, c);
  }
  expect_map_of(rules, texts);
}

TEST(CharacterRules, AnySmallSetOfRulesIsCompiled) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    const auto random_text = [&](std::size_t least) {
      std::u32string text;
      for (std::size_t k = least + random() % 4; k > 0; --k) text.push_back(U"abé漢\U0001F600"[random() % 5]);
      return text;
    };
    CharacterRules rules;
    for (std::size_t k = 1 + random() % 12; k > 0; --k) rules[random_text(1)] = random_text(0);
    std::vector<std::u32string> texts;
    for (int i = 0; i < 30; ++i) texts.push_back(random_text(0));
    expect_map_of(rules, texts);
  }
  EXPECT_TRUE(compile_rules({}).empty());
  EXPECT_THROW(compile_rules({{std::u32string(1, U'\0'), U"a"}}), ArgumentError);
}

TEST(CharacterRules, PersianIsFoldedInEveryRule) {
  CharacterRules rules = character_rules(Normalization::nmt_nfkc);
  add_persian_folding(rules);
  const auto becomes = [&](std::u32string_view text) { return utf8(plainly(rules, text)); };
  EXPECT_EQ(becomes(U"كتابي ٤٥ ۶"), "کتابی 45 6");
  EXPECT_EQ(becomes(U"\uFEDB\uFEF2"), "کی");  // forms of kaf and yeh, which NFKC makes Arabic letters
  EXPECT_EQ(becomes(U"می\u200Cروم"), "می روم");
  set_zero_width_non_joiner(rules, ZeroWidthNonJoiner::kept);
  EXPECT_EQ(becomes(U"می\u200Cروم"), "می\u200Cروم");
  set_zero_width_non_joiner(rules, ZeroWidthNonJoiner::removed);
  EXPECT_EQ(becomes(U"می\u200Cروم"), "میروم");
}

}  // namespace
}  // namespace mana::subwords
