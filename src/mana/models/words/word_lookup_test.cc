#include "mana/models/words/word_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mana::models {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string_view> kWords = {"the", "king", "Paris", "paris", "king", "walking", "کتاب", "kind"};

TEST(FindWords, GivesTheFirstPlaceOfEach) {
  EXPECT_THAT(find_words(kWords, std::vector<std::string>{"king", "queen", "the", "king", "کتاب", ""}),
              ElementsAre(1u, std::nullopt, 0u, 1u, 6u, std::nullopt));
  EXPECT_THAT(find_words({}, std::vector<std::string>{"king"}), ElementsAre(std::nullopt));
}

TEST(NearestSpellings, AreTheFewestEditsAway) {
  EXPECT_THAT(nearest_spellings(kWords, "kingg", 2), ElementsAre("king", "king"));
  EXPECT_THAT(nearest_spellings(kWords, "knig", 3), ElementsAre("king", "king"));
  EXPECT_THAT(nearest_spellings(kWords, "PARIS", 3), ElementsAre("Paris", "paris"));
  EXPECT_THAT(nearest_spellings(kWords, "PRIS", 1), ElementsAre("Paris"));
  EXPECT_THAT(nearest_spellings(kWords, "parsi", 3), ElementsAre("paris", "Paris"));
  EXPECT_THAT(nearest_spellings(kWords, "کتب", 3), ElementsAre("کتاب"));
  EXPECT_THAT(nearest_spellings(kWords, std::string(65, 'k'), 3), IsEmpty());
}

TEST(NearestSpellings, KnowCapitalsOfEveryScript) {
  const std::vector<std::string_view> words = {"οδός", "москва", "Straße", "cat"};
  EXPECT_THAT(nearest_spellings(words, "ΟΔΌΣ", 3), ElementsAre("οδός"));
  EXPECT_THAT(nearest_spellings(words, "МОСКВА", 3), ElementsAre("москва"));
  EXPECT_THAT(nearest_spellings(words, "STRASSE", 3), ElementsAre("Straße"));
  EXPECT_THAT(nearest_spellings(words, "Cat", 3), ElementsAre("cat"));
}

}  // namespace
}  // namespace mana::models
