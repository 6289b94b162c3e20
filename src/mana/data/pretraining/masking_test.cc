#include "mana/data/pretraining/masking.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "mana/base/errors.h"
#include "mana/data/pretraining/small_corpus.h"

namespace mana::data {
namespace {

struct Counts {
  std::size_t tokens = 0, special = 0, chosen = 0, masked = 0, random = 0, same = 0;
  std::map<std::int32_t, std::size_t> drawn;
};

/// Of sequences of 128 with [CLS] and [SEP]s and unknown tokens in them, more than a million tokens in all.
template <class Visit>
Counts count(const MaskVocabulary& vocabulary, const MaskRule& rule, Visit&& visit) {
  const Masking masking(vocabulary, rule);
  Counts counts;
  for (std::uint64_t number = 0; number < 8500; ++number) {
    Random random(Random::key(11, number));
    std::vector<std::int32_t> original(128);
    for (std::int32_t& id : original)
      id = random.uniform() < 0.01 ? 1 : static_cast<std::int32_t>(5 + random.below(495));
    original.front() = vocabulary.begin();
    original[60] = original.back() = vocabulary.separator();
    std::vector<std::int32_t> ids = original;
    std::vector<std::uint32_t> chosen;
    std::vector<std::int32_t> originals;
    masking.hide(ids, 1000, Random(Random::key(12, number)), chosen, originals);

    std::vector<std::int32_t> restored = ids;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      EXPECT_TRUE(i == 0 || chosen[i - 1] < chosen[i]);
      const std::int32_t now = ids[chosen[i] - 1000];
      EXPECT_FALSE(vocabulary.is_special(originals[i]));
      if (now == vocabulary.mask()) {
        ++counts.masked;
      } else if (now == originals[i]) {
        ++counts.same;
      } else {
        EXPECT_FALSE(vocabulary.is_special(now));
        ++counts.random;
        ++counts.drawn[now];
      }
      restored[chosen[i] - 1000] = originals[i];
    }
    EXPECT_EQ(restored, original);
    counts.chosen += chosen.size();
    for (const std::int32_t id : original) ++(vocabulary.is_special(id) ? counts.special : counts.tokens);
    visit(original, chosen);
  }
  return counts;
}

void expect_shares(const Counts& counts) {
  ASSERT_GE(counts.tokens, 1'000'000u);
  const auto chosen = static_cast<double>(counts.chosen);
  EXPECT_NEAR(chosen / static_cast<double>(counts.tokens), 0.15, 0.001);
  EXPECT_NEAR(static_cast<double>(counts.masked) / chosen, 0.8, 0.005);
  EXPECT_NEAR(static_cast<double>(counts.random) / chosen, 0.1, 0.005);
  EXPECT_NEAR(static_cast<double>(counts.same) / chosen, 0.1, 0.005);
}

class MaskingTokens : public testing::Test {
 protected:
  text::Tokenizer tokenizer_ = word_tokenizer();
  MaskVocabulary vocabulary_{tokenizer_};
};

TEST_F(MaskingTokens, KnowsTheVocabulary) {
  EXPECT_EQ(vocabulary_.size(), 500u);
  EXPECT_EQ(vocabulary_.begin(), 2);
  EXPECT_EQ(vocabulary_.separator(), 3);
  EXPECT_EQ(vocabulary_.mask(), 4);
  for (std::int32_t id = 0; id < 500; ++id) {
    EXPECT_EQ(vocabulary_.is_special(id), id < 5) << id;
    EXPECT_EQ(vocabulary_.continues(id), id >= 405) << id;
  }
}

TEST_F(MaskingTokens, ChoosesFifteenOfAHundredAndReplacesEightyTenTen) {
  const Counts counts = count(vocabulary_, {}, [](const auto&, const auto&) {});
  expect_shares(counts);
  EXPECT_EQ(counts.drawn.size(), 495u);  // every token that is not special
}

TEST_F(MaskingTokens, EveryPlaceIsAsLikely) {
  std::vector<std::size_t> places(128);
  count(vocabulary_, {}, [&](const auto&, const auto& chosen) {
    for (const std::uint32_t place : chosen) ++places[place - 1000];
  });
  EXPECT_EQ(places[0] + places[60] + places[127], 0u);
  for (std::size_t i = 1; i < 127; ++i) {
    if (i == 60) continue;
    EXPECT_NEAR(static_cast<double>(places[i]) / 8500, 0.15 * 0.99, 0.02) << i;
  }
}

TEST_F(MaskingTokens, OfWordsTakesAllOrNothing) {
  const Counts counts = count(vocabulary_, {.unit = MaskUnit::words}, [&](const auto& original, const auto& chosen) {
    const std::set<std::uint32_t> places(chosen.begin(), chosen.end());
    for (std::uint32_t i = 1; i < 128; ++i) {
      if (!vocabulary_.continues(original[i]) || vocabulary_.is_special(original[i - 1])) continue;
      EXPECT_EQ(places.contains(1000 + i), places.contains(1000 + i - 1));
    }
  });
  expect_shares(counts);
}

TEST_F(MaskingTokens, OfSpansFollowEachOther) {
  std::size_t chosen_tokens = 0, runs = 0;
  const Counts counts = count(vocabulary_, {.unit = MaskUnit::spans}, [&](const auto&, const auto& chosen) {
    for (std::size_t i = 0; i < chosen.size(); ++i) runs += i == 0 || chosen[i] != chosen[i - 1] + 1;
    chosen_tokens += chosen.size();
  });
  const auto share = [&](std::size_t part) { return static_cast<double>(part) / static_cast<double>(counts.chosen); };
  EXPECT_NEAR(static_cast<double>(counts.chosen) / static_cast<double>(counts.tokens), 0.15, 0.001);
  EXPECT_NEAR(share(counts.masked), 0.8, 0.01);  // drawn span by span, so with more spread
  EXPECT_NEAR(share(counts.random), 0.1, 0.01);
  EXPECT_GT(static_cast<double>(chosen_tokens) / static_cast<double>(runs), 3.0);
}

TEST_F(MaskingTokens, OtherShares) {
  const Counts counts = count(vocabulary_, {.rate = 0.4, .masked = 1, .random = 0}, [](const auto&, const auto&) {});
  EXPECT_NEAR(static_cast<double>(counts.chosen) / static_cast<double>(counts.tokens), 0.4, 0.001);
  EXPECT_EQ(counts.masked, counts.chosen);
  for (const MaskRule& rule :
       {MaskRule{.rate = 0}, MaskRule{.rate = 1}, MaskRule{.masked = 0.8, .random = 0.3}, MaskRule{.masked = -1}}) {
    EXPECT_THROW(Masking(vocabulary_, rule), ArgumentError);
  }
}

TEST_F(MaskingTokens, AsksForOneTokenOfAShortSequenceAndForNoneOfSpecialOnes) {
  const Masking masking(vocabulary_, {.unit = MaskUnit::words});
  std::vector<std::uint32_t> chosen;
  std::vector<std::int32_t> originals;
  std::vector<std::int32_t> word = {2, 10, 405, 406, 3};  // more pieces than the budget
  masking.hide(word, 0, Random(1), chosen, originals);
  EXPECT_EQ(originals, (std::vector<std::int32_t>{10, 405, 406}));
  std::vector<std::int32_t> none = {2, 1, 1, 3};
  masking.hide(none, 0, Random(1), chosen, originals);
  EXPECT_EQ(chosen.size(), 3u);
}

TEST(MaskVocabularyTest, ATokenizerWithoutMaskIsRefused) {
  EXPECT_THROW(MaskVocabulary(word_tokenizer(false)), ArgumentError);
}

}  // namespace
}  // namespace mana::data
