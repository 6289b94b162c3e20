#include "mana/word2vec/vocabulary.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace mana::word2vec {
namespace {

using testing::ElementsAre;

TEST(WordCounter, CountsLikeAMap) {
  WordCounter counter(1'000'000);
  std::map<std::string, std::uint64_t> expected;
  std::mt19937 random(1);
  for (int i = 0; i < 50'000; ++i) {
    // Words of all lengths, many that differ in their last letter only.
    const std::string word = fmt::format("{:a>{}}", random() % 5000, 1 + random() % 20);
    ++expected[word];
    counter.add(word);
  }
  ASSERT_EQ(counter.size(), expected.size());
  const WordCounter::Choice all = counter.choose(1, 0);
  ASSERT_EQ(all.words.size(), expected.size());
  for (std::size_t i = 0; i < all.words.size(); ++i) {
    EXPECT_EQ(all.words.counts[i], expected.at(all.words.words[i]));
    EXPECT_GE(all.words.counts[i - (i > 0 ? 1 : 0)], all.words.counts[i]);
  }
}

TEST(WordCounter, ChoosesTheMostFrequentInTheOrderOfTheText) {
  WordCounter counter(100);
  for (const char* word : {"once", "b", "a", "c", "a", "b", "c", "c"}) counter.add(word);
  const WordCounter::Choice choice = counter.choose(2, 0);
  EXPECT_THAT(choice.words.words, ElementsAre("c", "b", "a"));
  EXPECT_THAT(choice.words.counts, ElementsAre(3, 2, 2));
  EXPECT_THAT(choice.places, ElementsAre(WordCounter::kNone, 1, 2, 0));
  EXPECT_THAT(counter.choose(1, 2).words.words, ElementsAre("c", "b"));
  EXPECT_THAT(counter.choose(9, 0).words.words, ElementsAre());
}

TEST(WordCounter, ForgetsTheRarestBeyondItsLimit) {
  WordCounter counter(10);
  for (int round = 0; round < 50; ++round) {
    for (const char* word : {"often", "very", "very"}) counter.add(word);
    counter.add(fmt::format("rare{}", round));
  }
  const WordCounter::Choice choice = counter.choose(5, 0);
  EXPECT_THAT(choice.words.words, ElementsAre("very", "often"));
  EXPECT_THAT(choice.words.counts, ElementsAre(100, 50));
}

}  // namespace
}  // namespace mana::word2vec
