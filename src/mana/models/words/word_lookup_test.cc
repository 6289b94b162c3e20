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
  EXPECT_THAT(nearest_spellings(kWords, "PARIS", 3), IsEmpty());
  EXPECT_THAT(nearest_spellings(kWords, "parsi", 3), ElementsAre("paris"));
  EXPECT_THAT(nearest_spellings(kWords, "کتب", 3), ElementsAre("کتاب"));
  EXPECT_THAT(nearest_spellings(kWords, std::string(65, 'k'), 3), IsEmpty());
}

}  // namespace
}  // namespace mana::models
