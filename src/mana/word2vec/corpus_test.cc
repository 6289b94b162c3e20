#include "mana/word2vec/corpus.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "mana/base/errors.h"
#include "mana/base/temporary_folder.h"

namespace mana::word2vec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CorpusTest : public testing::Test {
 protected:
  Corpus corpus_of(const std::string& text, CorpusOptions options = {}) {
    std::ofstream(folder_ / "text.txt", std::ios::binary) << text;
    const std::filesystem::path input = folder_ / "text.txt";
    return {{&input, 1}, options};
  }
  static CorpusOptions at_least(std::uint64_t count) {
    CorpusOptions options;
    options.min_count = count;
    return options;
  }
  std::string refusal(const std::string& text, CorpusOptions options) {
    try {
      corpus_of(text, options);
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder_;
};

constexpr std::uint32_t kEnd = Corpus::kLineEnd;

TEST_F(CorpusTest, NumbersWordsByFallingCountAndEndsLines) {
  const Corpus corpus = corpus_of(
      "A b, b!\n\nonce\nb a\r\nb c c\xFF"
      "c",
      at_least(2));
  EXPECT_THAT(corpus.vocabulary().words, ElementsAre("b", "c", "a"));
  ASSERT_EQ(corpus.blocks(), 1u);
  std::vector<std::uint32_t> tokens;
  corpus.read(0, tokens);
  EXPECT_THAT(tokens, ElementsAre(2, 0, 0, kEnd, 0, 2, kEnd, 0, 1, 1, 1, kEnd));
  EXPECT_EQ(corpus.words(), 9u);
  EXPECT_EQ(corpus.words_read(), 10u);
}

TEST_F(CorpusTest, BlocksAreWholeAndInOrder) {
  std::string text;
  std::vector<std::uint32_t> expected;
  for (int line = 0; line < 2000; ++line) {
    for (int i = 0; i < 17; ++i) text += fmt::format("w{} ", i);
    text += "\n";
  }
  text += "long ";
  for (int i = 0; i < 30'000; ++i) text += "w1 ";
  text += "long";
  const Corpus corpus = corpus_of(text, at_least(1));
  EXPECT_GT(corpus.blocks(), 6u);
  std::uint64_t words = 0;
  std::vector<std::uint32_t> tokens;
  for (std::size_t block = 0; block < corpus.blocks(); ++block) {
    corpus.read(block, tokens);
    EXPECT_EQ(corpus.words_before(block), words);
    const auto of_block = static_cast<std::uint64_t>(std::ranges::count_if(tokens, [](auto t) { return t != kEnd; }));
    EXPECT_EQ(corpus.words_of(block), of_block);
    EXPECT_LE(of_block, Corpus::kBlockWords);
    words += of_block;
  }
  EXPECT_EQ(words, corpus.words());
  EXPECT_EQ(words, 2000u * 17 + 30'002);
}

/// Pieces of a megabyte must not cut words, nor a line without white space break anything.
TEST_F(CorpusTest, LongLinesAreReadInPieces) {
  std::string text;
  std::uint64_t words = 0;
  while (text.size() < (std::size_t{5} << 20)) {
    text += "w\xC3\xB6rter ";
    ++words;
  }
  const Corpus corpus = corpus_of(text + "other", at_least(1));
  EXPECT_THAT(corpus.vocabulary().words, ElementsAre("w\xC3\xB6rter", "other"));
  EXPECT_EQ(corpus.words(), words + 1);
  std::string without_space;
  while (without_space.size() < (std::size_t{3} << 20)) without_space += "\xE2\x82\xAC";  // no letter
  EXPECT_EQ(corpus_of(fmt::format("a {} b", without_space), at_least(1)).words(), 2u);
}

TEST_F(CorpusTest, SaysWhyThereIsNothingToTrainOn) {
  EXPECT_THAT(refusal("", at_least(1)), HasSubstr("no word in the input"));
  EXPECT_THAT(refusal(" \n\xFF\xFE,.\n", at_least(1)), HasSubstr("no word in the input"));
  EXPECT_THAT(refusal("one one one one one", at_least(1)), HasSubstr("one word again and again"));
  EXPECT_THAT(refusal("one\n", at_least(1)), HasSubstr("the input is a single word"));
  EXPECT_THAT(refusal("a b c a b c", at_least(3)), HasSubstr("none of the 3 words of the input stand there 3 times"));
  CorpusOptions one = at_least(1);
  one.vocabulary = 1;
  EXPECT_THAT(refusal("a b a", one), HasSubstr("raise `vocabulary`"));
  one.min_count = 2;
  EXPECT_THAT(refusal("a b a", one), HasSubstr("lower `min_count`"));
  EXPECT_THAT(refusal("a\nb\na\nb\n", at_least(1)), HasSubstr("no line of the input has two words"));
  EXPECT_THAT(refusal("a c\nb d\na e\nb f\n", at_least(2)), HasSubstr("no line of the input has two words"));
}

TEST_F(CorpusTest, TakesTokensAsTheyAreIfAsked) {
  CorpusOptions options = at_least(1);
  options.segmentation.split = text::WordSegmentation::Split::spaces;
  EXPECT_THAT(corpus_of("item:7 Item:7 🙂 a_b item:7\n", options).vocabulary().words,
              ElementsAre("item:7", "Item:7", "🙂", "a_b"));
  EXPECT_EQ(corpus_of("a_b c_d_e f\n", options).underscores(), 0u);
  EXPECT_EQ(corpus_of("a_b c_d_e f\n", at_least(1)).underscores(), 3u);
}

TEST_F(CorpusTest, TheDigestTellsTextsApart) {
  const std::uint64_t digest = corpus_of("a b a b c", at_least(1)).digest();
  EXPECT_EQ(corpus_of("a b a b c", at_least(1)).digest(), digest);
  EXPECT_NE(corpus_of("a b a b d", at_least(1)).digest(), digest);
  EXPECT_NE(corpus_of("a b\na b c", at_least(1)).digest(), digest);
  EXPECT_NE(corpus_of("a b a b c", at_least(2)).digest(), digest);
}

TEST_F(CorpusTest, PhrasesAreWordsThatStandTogether) {
  std::string text;
  for (int i = 0; i < 50; ++i) {
    text += fmt::format("new york city is x{} and y{} is new york\n", i % 7, i % 5);
    text += fmt::format("and is and y{} is x{} and\n", i % 3, i % 4);
  }
  CorpusOptions options = at_least(5);
  options.phrase_passes = 1;
  options.phrase_threshold = 7;
  const Corpus once = corpus_of(text, options);
  EXPECT_THAT(once.vocabulary().words, testing::Contains("new_york"));
  EXPECT_THAT(once.vocabulary().words, testing::Not(testing::Contains("new")));
  EXPECT_THAT(once.vocabulary().words, testing::Not(testing::Contains("and_is")));
  const auto place = std::ranges::find(once.vocabulary().words, "new_york") - once.vocabulary().words.begin();
  EXPECT_EQ(once.vocabulary().counts[static_cast<std::size_t>(place)], 100u);
  options.phrase_passes = 2;
  EXPECT_THAT(corpus_of(text, options).vocabulary().words, testing::Contains("new_york_city"));
}

}  // namespace
}  // namespace mana::word2vec
