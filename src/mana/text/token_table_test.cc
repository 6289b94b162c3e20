#include "mana/text/token_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "mana/text/token_matcher.h"
#include "mana/text/word_piece.h"

namespace mana::text {
namespace {

TEST(TokenTable, FindsTokensOfEveryLength) {
  TokenTable table;
  EXPECT_EQ(table.find("anything"), TokenTable::kNone);
  std::string text;
  for (int i = 0; i < 300; ++i) {
    table.insert(text, i);
    text += static_cast<char>('a' + i % 26);
  }
  EXPECT_EQ(table.size(), 300u);
  EXPECT_EQ(table.longest(), 299u);
  for (int i = 0; i < 300; ++i) {
    const std::string token = text.substr(0, static_cast<std::size_t>(i));
    EXPECT_EQ(table.find(token), i);
    EXPECT_EQ(table.find(token + "!"), TokenTable::kNone);
    EXPECT_EQ(table.find("!" + token), TokenTable::kNone);
  }
  EXPECT_EQ(table.find(std::string("a\0", 2)), TokenTable::kNone);  // a token and a zero byte is another token
  std::set<TokenId> visited;
  table.for_each([&](std::string_view token, TokenId id) {
    EXPECT_EQ(token.size(), static_cast<std::size_t>(id));
    EXPECT_EQ(token, text.substr(0, token.size()));
    visited.insert(id);
  });
  EXPECT_EQ(visited.size(), 300u);
}

TEST(TokenTable, TheLastIdCounts) {
  TokenTable table;
  for (const char* token : {"short", "a rather long token", ""}) {
    table.insert(token, 1);
    const auto begin = table.insert(token, 2);
    EXPECT_EQ(table.find(token), 2);
    EXPECT_EQ(table.stored(begin, std::string_view(token).size()), token);
  }
  EXPECT_EQ(table.size(), 3u);
}

TEST(TokenTable, ReadsOnlyTheWord) {
  TokenTable table;
  table.insert("hello", 7);
  table.insert("hello world, hello", 8);
  const std::string text = "hello world, hello there, everybody";
  EXPECT_EQ(table.find(text.data(), 5), 7);
  EXPECT_EQ(table.find(text.data(), 18), 8);
  EXPECT_EQ(table.find(text.data(), 6), TokenTable::kNone);
  EXPECT_EQ(table.find(text.data(), 17), TokenTable::kNone);
}

TEST(TokenTable, FindsTheLongestTokenThatAWordBeginsWith) {
  TokenTable table;
  int id = 0;
  for (const char* token : {"\u0645", "\u0645\u06CC", "\u0645\u06CC\u0631\u0648\u0645\u200C", "ab", "a"})
    table.insert(token, id++);
  const std::string word = "\u0645\u06CC\u0631\u0648\u0645\u200C\u0645";
  const auto longest = [&](std::string_view of, std::size_t most) {
    const std::string padded = std::string(of) + std::string(TokenTable::kPadding, 'b');
    const TokenTable::Match match = table.longest_prefix(padded.data(), of.size(), most);
    return std::pair(match.id, match.size);
  };
  EXPECT_EQ(longest(word, 100), std::pair(2, std::size_t{13}));
  EXPECT_EQ(longest(word, 12), std::pair(1, std::size_t{4}));
  EXPECT_EQ(longest(word, 3), std::pair(0, std::size_t{2}));
  EXPECT_EQ(longest("a", 100), std::pair(4, std::size_t{1}));
  EXPECT_EQ(longest("xa", 100), std::pair(TokenTable::kNone, std::size_t{0}));
  EXPECT_EQ(longest("", 100), std::pair(TokenTable::kNone, std::size_t{0}));
}

TEST(WordPiece, CountsCodePointsNotBytes) {
  Vocabulary vocabulary;
  int id = 0;
  for (const char* token : {"[UNK]", "\u00e9", "##\u00e9", "\u00e9\u00e9"}) vocabulary.insert(token, id++);
  WordPiece::Options options;
  options.max_code_points_per_word = 2;
  const WordPiece model(std::move(vocabulary), options, "vocabulary");
  const std::string text = "\u00e9\u00e9\u00e9" + std::string(TokenTable::kPadding, '\0');
  Words words;
  for (const std::uint32_t end : {2u, 4u, 6u}) words.push_back({0, end});
  ModelMemory memory;
  Pieces pieces;
  model(text, words, memory, pieces);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[0].id, 1);
  EXPECT_EQ(pieces[1].id, 3);
  EXPECT_EQ(pieces[2].id, 0);
}

TEST(TokenMatcher, FindsTheLeftmostAndOfThoseTheLongest) {
  TokenMatcher matcher;
  EXPECT_FALSE(matcher.find("abc", 0));
  EXPECT_TRUE(matcher.add("ab", 0));
  EXPECT_TRUE(matcher.add("abcd", 1));
  EXPECT_TRUE(matcher.add("bcx", 2));
  EXPECT_FALSE(matcher.add("ab", 3));
  EXPECT_FALSE(matcher.add("", 4));
  const auto find = [&](std::string_view text, std::size_t from) {
    const auto match = matcher.find(text, from);
    return match ? std::to_string(match->begin) + "-" + std::to_string(match->end) + ":" + std::to_string(match->index)
                 : "";
  };
  EXPECT_EQ(find("xabcx", 0), "1-3:0");
  EXPECT_EQ(find("xabcx", 2), "2-5:2");
  EXPECT_EQ(find("xabcdx", 0), "1-5:1");
  EXPECT_EQ(find("abc", 0), "0-2:0");
  EXPECT_EQ(find("abab", 1), "2-4:0");
  EXPECT_EQ(find("a", 0), "");
  EXPECT_EQ(find("abab", 4), "");
}

}  // namespace
}  // namespace mana::text
