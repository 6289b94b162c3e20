#include "mana/text/word_cache.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace mana::text {
namespace {

// A word in the middle of others, with what is readable behind it.
struct Placed {
  explicit Placed(std::string_view word, char behind = ' ')
      : text(".." + std::string(word) + std::string(kWordPadding, behind)),
        range{2, static_cast<std::uint32_t>(2 + word.size())} {}
  std::string text;
  Range range;
};

// Every byte is a piece of its own, numbered from `id`, the last piece has what is left.
std::vector<Piece> cut(Range word, TokenId id, std::uint32_t count) {
  std::vector<Piece> pieces;
  pieces.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    pieces.push_back({id + static_cast<TokenId>(i), {word.begin + i, i + 1 == count ? word.end : word.begin + i + 1}});
  }
  return pieces;
}

std::string found(const WordCache& cache, const Placed& word, std::uint64_t hash) {
  Pieces pieces;
  if (!cache.find(word.text, word.range, hash, pieces)) return "unknown";
  std::string all;
  for (const Piece& piece : pieces) {
    all += fmt::format("{}:{}-{} ", piece.id, piece.range.begin - word.range.begin, piece.range.end - word.range.begin);
  }
  return all;
}

void keep(WordCache& cache, const Placed& word, std::uint64_t hash, TokenId id, std::uint32_t pieces) {
  cache.keep(word.text, word.range, hash, cut(word.range, id, pieces));
}

TEST(WordCache, FindsTheWordWhereverItStands) {
  WordCache cache;
  EXPECT_EQ(found(cache, Placed("playing"), 5), "unknown");
  keep(cache, Placed("playing"), 5, 10, 2);
  EXPECT_EQ(found(cache, Placed("playing", 's'), 5), "10:0-1 11:1-7 ");
  const std::string_view elsewhere = "playing and playing        ";
  Pieces pieces;
  ASSERT_TRUE(cache.find(elsewhere, {12, 19}, 5, pieces));
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[1].id, 11);
  EXPECT_EQ(pieces[1].range.begin, 13u);
  EXPECT_EQ(pieces[1].range.end, 19u);
}

// Where one piece ends, the next one begins: what does not lie so is cut anew each time.
TEST(WordCache, KeepsNoPiecesThatOverlapOrLeaveGaps) {
  const Placed word("abc");
  for (const std::uint32_t second : {2U, 4U}) {  // the first piece is [2, 3)
    WordCache cache;
    cache.keep(word.text, word.range, 5, std::vector<Piece>{{1, {2, 3}}, {2, {second, 5}}});
    EXPECT_EQ(found(cache, word, 5), "unknown");
  }
}

TEST(WordCache, TellsWordsOfTheSameHashApart) {
  WordCache cache;
  keep(cache, Placed("abcdefgh"), 7, 1, 2);
  for (const char* other : {"abcdefgi", "bbcdefgh", "abcdefg", "abcdefghi", "a", "abcdefghabcdefgh"}) {
    EXPECT_EQ(found(cache, Placed(other), 7), "unknown") << other;
  }
  keep(cache, Placed("abcdefghabcdefghabcdefgh"), 7, 3, 6);
  EXPECT_EQ(found(cache, Placed("abcdefgh"), 7), "unknown") << "its place was taken";
  EXPECT_EQ(found(cache, Placed("abcdefghabcdefghabcdefgi"), 7), "unknown");
  EXPECT_EQ(found(cache, Placed("abcdefghabcdefghabcdefgh"), 7), "3:0-1 4:1-2 5:2-3 6:3-4 7:4-5 8:5-24 ");
  keep(cache, Placed("abc"), 7, 9, 1);
  EXPECT_EQ(found(cache, Placed("abc"), 7), "9:0-3 ") << "and nothing of the longer word";
}

TEST(WordCache, LeavesOutWhatDoesNotFit) {
  WordCache cache;
  const std::string longest(WordCache::kLongestWord, 'a');
  keep(cache, Placed(longest), 1, 1, WordCache::kMostPieces);
  EXPECT_NE(found(cache, Placed(longest), 1), "unknown");
  keep(cache, Placed("abcdefghi"), 2, 1, WordCache::kMostPieces + 1);
  EXPECT_EQ(found(cache, Placed("abcdefghi"), 2), "unknown");
  for (const std::size_t size : {WordCache::kLongestWord + 1, std::size_t{256 + 24}, std::size_t{1 << 16}}) {
    keep(cache, Placed(std::string(size, 'a')), 1, 1, 2);
    EXPECT_EQ(found(cache, Placed(std::string(size, 'a')), 1), "unknown") << size;
  }
}

TEST(WordCache, IsRightAboutWhatItKnowsOfFarMoreWordsThanItHolds) {
  WordCache cache;
  std::size_t known = 0;
  constexpr TokenId kCount = 50'000;
  for (int pass = 0; pass < 2; ++pass) {
    for (TokenId i = 0; i < kCount; ++i) {
      const Placed word(fmt::format("word{}", i));
      const std::uint64_t hash = hash_word(word.text.data() + word.range.begin, word.range.size());
      const std::string expected = fmt::format("{}:0-1 {}:1-{} ", 2 * i, 2 * i + 1, word.range.size());
      const std::string answer = found(cache, word, hash);
      known += answer == expected;
      ASSERT_TRUE(answer == expected || answer == "unknown") << answer;
      keep(cache, word, hash, 2 * i, 2);
      ASSERT_EQ(found(cache, word, hash), expected) << "the word that was kept last";
    }
  }
  EXPECT_LT(known, kCount) << "its size is bounded";
}

}  // namespace
}  // namespace mana::text
