#include "mana/compress/yardstick.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "mana/base/errors.h"
#include "mana/compress/built_in_texts.h"
#include "tests/support/source_path.h"

namespace mana::compress {
namespace {

TEST(PairsOfAllKinds, HoldEveryTextsNeighboursAndOthers) {
  engine::Embeddings rows{2, {}, std::vector<engine::TextInfo>(40)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double angle = 0.03 * static_cast<double>(i);
    rows.values.insert(rows.values.end(), {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))});
  }
  const TextPairs pairs = pairs_of_all_kinds(rows, 2);
  const std::set<std::pair<std::uint32_t, std::uint32_t>> all(pairs.begin(), pairs.end());
  EXPECT_EQ(all.size(), pairs.size());
  for (std::uint32_t i = 0; i + 1 < rows.size(); ++i) EXPECT_TRUE(all.contains({i, i + 1})) << i;
  EXPECT_TRUE(all.contains({0, 8}));
  EXPECT_TRUE(all.contains({0, 16}));
  for (const auto& [a, b] : pairs) EXPECT_LT(a, b);
  EXPECT_NEAR(cosines({{0, 10}}, rows).front(), std::cos(0.3), 1e-6);
}

TEST(Yardstick, GivesAModelAllPointsForAgreeingWithItself) {
  const std::string folder = fixture_path("sentence_models/");
  const engine::Encoder encoder(folder + "mean", {.precision = kernels::Precision::f32});
  const Yardstick yardstick(encoder, {"the cat", "the mat", "hello world", "the cat sat", "42"});
  const Worth self = yardstick.measure(encoder);
  EXPECT_NEAR(self.points, 100, 1e-9);
  EXPECT_GT(self.texts_per_second, 0);
  EXPECT_LT(yardstick.measure(engine::Encoder(folder + "cls", {.precision = kernels::Precision::f32})).points, 100);
  EXPECT_THROW(Yardstick({{"one"}, {"pair"}, {1.0}}), ArgumentError);
}

TEST(BuiltInTexts, AreNotComparedOnWhatWasFittedOn) {
  const std::vector<std::string> fit = texts_to_fit_on(), compare = texts_to_compare_on();
  EXPECT_EQ(fit.size(), 1000U);
  EXPECT_EQ(compare.size(), 1000U);
  std::set<std::string> all(fit.begin(), fit.end());
  all.insert(compare.begin(), compare.end());
  EXPECT_EQ(all.size(), 2000U);
}

}  // namespace
}  // namespace mana::compress
