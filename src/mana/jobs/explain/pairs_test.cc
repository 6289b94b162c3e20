#include "mana/jobs/explain/pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>

#include "mana/base/errors.h"
#include "mana/jobs/option_error.h"

namespace mana::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Words 1 to `length`, all different.
std::string numbered(std::size_t length) {
  std::string text;
  for (std::size_t i = 1; i <= length; ++i) text += std::to_string(i) + " ";
  return text;
}

TEST(ExplainPairs, CountsWhatTheCourseCounts) {
  for (const auto& [length, window] : {std::pair{8U, 2U}, {14U, 1U}}) {
    const ExplainedPairs pairs = explain_pairs({.text = numbered(length), .window = window, .negatives = 7});
    EXPECT_EQ(pairs.positive, 26U);
    EXPECT_EQ(pairs.by_formula, 26U);
    EXPECT_EQ(pairs.drawn, 26U * 7U);
  }
}

TEST(ExplainPairs, ListsEveryPairOfTheWindowAndNoOther) {
  for (std::size_t length = 2; length < 12; ++length) {
    for (unsigned window = 1; window < 14; ++window) {
      const ExplainedPairs pairs = explain_pairs({.text = numbered(length), .window = window, .negatives = 1});
      ASSERT_EQ(pairs.words.size(), length);
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i < length; ++i) {
        std::vector<std::size_t> near;
        for (std::size_t j = 0; j < length; ++j) {
          const auto distance = static_cast<std::size_t>(std::abs(static_cast<long>(i) - static_cast<long>(j)));
          if (distance != 0 && distance <= window) near.push_back(j);
        }
        EXPECT_EQ(pairs.words[i].near, near);
        sum += pairs.words[i].before + pairs.words[i].after;
      }
      EXPECT_EQ(pairs.positive, sum);
      EXPECT_EQ(pairs.by_formula, sum);
    }
  }
}

TEST(ExplainPairs, DrawsWordsOfTheTextByTheirCountToTheThreeQuarters) {
  std::string text = "rare";
  for (int i = 0; i < 16; ++i) text += " often";
  const ExplainedPairs pairs = explain_pairs({.text = text, .window = 1, .negatives = 10'000});
  std::map<std::string, double> drawn;
  for (const ExplainedPairs::Word& word : pairs.words) {
    ASSERT_EQ(word.drawn.size(), 10'000U);
    for (const std::string& each : word.drawn) ++drawn[each];
  }
  const double share = 1 / (1 + std::pow(16, 0.75)), draws = 170'000;
  EXPECT_EQ(drawn.size(), 2U);
  EXPECT_NEAR(drawn["rare"] / draws, share, 5 * std::sqrt(share * (1 - share) / draws));
  EXPECT_EQ(pairs.drawn, 32U * 10'000U);
  std::uint64_t itself = 0;
  for (const auto& word : pairs.words) itself += word.near.size() * word.drawn_itself;
  EXPECT_EQ(pairs.drawn_itself, itself);
  EXPECT_GT(itself, 0U);
}

TEST(ExplainPairs, DrawsByTheCountsOfAModelAndKnowsItsWordsAlone) {
  formats::WordVectors model;
  model.words = {"cat", "dog", "elsewhere"};
  model.counts = {1, 1, 1'000'000};
  const ExplainedPairs pairs = explain_pairs({.text = "The cat sees a dog", .window = 1, .negatives = 400}, &model);
  EXPECT_THAT(pairs.unknown, ElementsAre("the", "sees", "a"));
  ASSERT_EQ(pairs.words.size(), 2U);
  EXPECT_EQ(pairs.words[0].word, "cat");
  EXPECT_THAT(pairs.words[0].near, ElementsAre(1U)) << "what training leaves out does not stand between";
  EXPECT_EQ(pairs.vocabulary, 3U);
  EXPECT_GT(std::ranges::count(pairs.words[1].drawn, "elsewhere"), 390);
}

TEST(ExplainPairs, TheSameSeedDrawsTheSameWords) {
  const PairOptions options{.text = numbered(9), .window = 2};
  PairOptions other = options;
  other.seed = 2;
  EXPECT_EQ(explain_pairs(options).words[4].drawn, explain_pairs(options).words[4].drawn);
  EXPECT_NE(explain_pairs(options).words[4].drawn, explain_pairs(other).words[4].drawn);
}

template <class Refusal>
std::string refused(const PairOptions& options, const formats::WordVectors* model = nullptr) {
  try {
    explain_pairs(options, model);
  } catch (const Refusal& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ExplainPairs, RefusesWhatCannotBeShown) {
  EXPECT_THAT(refused<OptionError>({.text = "a b", .window = 0}), HasSubstr("`window` is at least 1"));
  EXPECT_THAT(refused<ArgumentError>({.text = " … "}), HasSubstr("no words"));
  EXPECT_THAT(refused<ArgumentError>({.text = numbered(2000), .window = 4'000'000'000U}),
              HasSubstr("3998000 positive pairs and 5 negative ones for each are more than the 1000000"));
  formats::WordVectors model;
  model.words = {"cat"};
  EXPECT_THAT(refused<ArgumentError>({.text = "a b"}, &model), HasSubstr("does not say how often"));
  model.counts = {3};
  EXPECT_THAT(refused<ArgumentError>({.text = "a b"}, &model), HasSubstr("knows no word of the text"));
}

}  // namespace
}  // namespace mana::jobs
