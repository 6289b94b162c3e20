#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "mana/text/padded_word.h"
#include "mana/text/pre_tokenizer.h"
#include "mana/text/unicode.h"

namespace mana::text {
namespace {

// Code points of one to four bytes: letters, marks of punctuation, whitespace.
const std::vector<std::string> kParts = {
    "a",      "Z",      "7",      " ",      "\n",     "\x1f", ",", "~", "\u00e9", "\u0645",     "\u060C",
    "\u00A0", "\u2014", "\u3000", "\u4e2d", "\u200C", "\x7f", "`", "@", "\t",     "\U0001F600", "\U00010100"};

// The definition: whitespace is dropped, every punctuation mark is a word.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for_each_code_point(text, [&](char32_t c, std::size_t begin, std::size_t size) {
    const bool mark = has(c, kPunctuation);
    if ((mark || has(c, kWhitespace)) && !words.back().empty()) words.emplace_back();
    if (has(c, kWhitespace)) return;
    words.back() += text.substr(begin, size);
    if (mark) words.emplace_back();
  });
  if (words.back().empty()) words.pop_back();
  return words;
}

std::vector<std::string> found(std::string_view text, std::size_t begin, std::size_t end) {
  Words words;
  words.push_back({0, 0});  // those of the part come behind what is there
  BertPreTokenizer{}(text, {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, words);
  std::vector<std::string> result;
  for (std::size_t i = 1; i < words.size(); ++i) result.emplace_back(words[i].of(text));
  return result;
}

TEST(BertPreTokenizer, DoesWhatItIsDefinedToDoAtEveryLength) {
  std::mt19937 random(1);
  for (int round = 0; round < 4000; ++round) {
    const unsigned rare = random() % 4;  // letters only, mostly letters, everything
    std::string text;
    const std::size_t size = random() % 200;
    while (text.size() < size) {
      const bool letter = rare == 0 || (rare == 1 && random() % 8 != 0);
      text += letter ? (random() % 2 ? "b" : "\u0631") : kParts[random() % kParts.size()];
    }
    ASSERT_EQ(found(text, 0, text.size()), words_of(text)) << fmt::format("{:?}", text);
  }
}

TEST(BertPreTokenizer, FindsEveryCodePointAtEveryPlaceOfABlock) {
  for (const std::string& part : kParts) {
    for (std::size_t before = 0; before < 70; ++before) {
      for (const char* letter : {"b", "\u0631"}) {
        std::string text;
        while (text.size() < before) text += letter;
        const std::size_t begin = text.size();
        for (int i = 0; i < 3; ++i) text.append(part).append(letter).append(part);
        text += std::string(70, 'c');
        ASSERT_EQ(found(text, 0, text.size()), words_of(text)) << fmt::format("{:?}", text);
        ASSERT_EQ(found(text, begin, text.size() - 9),
                  words_of(std::string_view(text).substr(begin, text.size() - 9 - begin)));
      }
    }
  }
}

TEST(FlagsBeyondAscii, AreThoseOfEveryCodePointWhereverItStands) {
  std::string text;
  for (char32_t c = 0x80; c < 0x30000; c += c < 0x3100 ? 1 : 97) {
    if (c >= 0xD800 && c < 0xE000) continue;
    const std::size_t before = c % 11;
    char bytes[4];
    text.assign(before, 'A').append(bytes, encode(c, bytes)).append(c % 5, ' ');
    const std::size_t size = text.size();
    text.append(kWordPadding, ' ');
    ASSERT_EQ(flags_beyond_ascii({text.data(), size}), properties(c).flags)
        << fmt::format("U+{:04X}", std::uint32_t{c});
  }
  EXPECT_EQ(flags_beyond_ascii("        "), 0u);
  const std::string all = "a\u060Cb\u0301 \u4e2d        ";
  EXPECT_EQ(flags_beyond_ascii(std::string_view(all).substr(0, all.size() - 8)),
            properties(0x60C).flags | properties(0x301).flags | properties(0x4E2D).flags);
}

}  // namespace
}  // namespace mana::text
