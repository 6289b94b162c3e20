// Pairs that belong together and pairs that do not: as many of each, every text as often, repeats as late as can be.
#include "mana/data/class_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "mana/base/errors.h"

namespace mana::data {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const std::vector<std::uint32_t> kClasses = {4, 0, 4, 0, 2, 4, 2, 0, 4, 2, 4, 4, 0};  // 4, 3 and 6 texts

/// How often two texts meet, whichever comes first.
std::map<std::pair<std::uint32_t, std::uint32_t>, int> meetings(const std::vector<ClassPair>& pairs, bool alike) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> counts;
  for (const ClassPair& pair : pairs) {
    if (pair.alike == alike) ++counts[std::minmax(pair.first, pair.second)];
  }
  return counts;
}

TEST(ClassPairs, TellWhetherTheTextsAreOfOneClass) {
  for (const ClassPair& pair : class_pairs(kClasses, 20, 1)) {
    EXPECT_EQ(pair.alike, kClasses[pair.first] == kClasses[pair.second]);
    EXPECT_NE(pair.first, pair.second);
  }
}

TEST(ClassPairs, EveryTextHasOnePartnerOfEachKindInEachRound) {
  constexpr std::size_t kRounds = 7;
  std::map<std::pair<std::uint32_t, bool>, std::size_t> partners;
  for (const ClassPair& pair : class_pairs(kClasses, kRounds, 1)) ++partners[{pair.first, pair.alike}];
  EXPECT_EQ(partners.size(), 2 * kClasses.size());
  for (const auto& [text, count] : partners) EXPECT_EQ(count, kRounds);
}

TEST(ClassPairs, MeetTwiceWhenAllHaveMet) {
  // A text of the first class has 5 mates, one of the others 3 and 2; after the least common multiple of rounds each
  // pair of a class was met from both sides equally often.
  for (const auto& [pair, count] : meetings(class_pairs(kClasses, 30, 1), true)) {
    const auto size = std::ranges::count(kClasses, kClasses[pair.first]);
    EXPECT_EQ(count, 2 * 30 / (size - 1));
  }
  // Two classes of 4: in 4 rounds each text meets each of the other class.
  const auto apart = meetings(class_pairs(std::vector<std::uint32_t>{0, 0, 0, 0, 1, 1, 1, 1}, 4, 1), false);
  EXPECT_EQ(apart.size(), 16U);
  for (const auto& [pair, count] : apart) EXPECT_EQ(count, 2);
}

TEST(ClassPairs, DoNotRepeatEarly) {
  const std::vector<std::uint32_t> many = [] {
    std::vector<std::uint32_t> classes;
    for (std::uint32_t i = 0; i < 80; ++i) classes.push_back(i % 5);
    return classes;
  }();
  const std::vector<ClassPair> pairs = class_pairs(many, 7, 3);
  EXPECT_EQ(meetings(pairs, true).size(), 7 * many.size());
  EXPECT_EQ(meetings(pairs, false).size(), 7 * many.size());
}

TEST(ClassPairs, AreAFunctionOfTheSeed) {
  EXPECT_EQ(class_pairs(kClasses, 3, 5), class_pairs(kClasses, 3, 5));
  EXPECT_NE(class_pairs(kClasses, 3, 5), class_pairs(kClasses, 3, 6));
}

TEST(ClassPairs, NeedTwoClassesOfTwoTexts) {
  const auto of = [](std::vector<std::uint32_t> classes) { return [classes] { class_pairs(classes, 1, 0); }; };
  EXPECT_THAT(of({1, 1, 1}), ThrowsMessage<ArgumentError>(HasSubstr("at least two classes")));
  EXPECT_THAT(of({}), ThrowsMessage<ArgumentError>(HasSubstr("at least two classes")));
  EXPECT_THAT(of({1, 1, 0}), ThrowsMessage<ArgumentError>(HasSubstr("text 2 is alone in its class")));
}

TEST(ClassPairs, AreNotMoreThanRowsHaveNumbers) {
  EXPECT_THAT([] { class_pairs(kClasses, std::size_t{1} << 60, 0); },
              ThrowsMessage<ArgumentError>(HasSubstr("make fewer rounds")));
}

}  // namespace
}  // namespace mana::data
