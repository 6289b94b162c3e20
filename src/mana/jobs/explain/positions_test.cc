#include "mana/jobs/explain/positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "mana/base/errors.h"
#include "mana/jobs/explain/positions_page.h"
#include "mana/jobs/option_error.h"
#include "mana/models/masked/shapes.h"
#include "tests/support/source_path.h"

namespace mana::jobs {
namespace {

using testing::HasSubstr;

models::TransformerConfig translator(std::size_t width = 32) {
  models::TransformerConfig config;
  config.source_vocabulary = config.target_vocabulary = 9;
  config.model = width;
  config.positions = 100;
  return config;
}

TEST(ExplainPositions, SinusoidsAreAlikeByTheirDistanceAlone) {
  using Shape = nn::SinusoidShape;
  for (const Shape& shape : {Shape{}, Shape{Shape::Order::interleaved, Shape::Last::half_width_less_one, 2}}) {
    models::TransformerConfig config = translator();
    config.sinusoids = shape;
    const ExplainedPositions found = explain_positions({.shape = config, .length = 80});
    ASSERT_EQ(found.frequencies.size(), 16U);
    EXPECT_DOUBLE_EQ(found.frequencies.front(), 1);
    ASSERT_EQ(found.sinusoids.products.size(), 80U);
    for (std::size_t distance = 0; distance < 80; ++distance) {
      double sum = 0;
      for (const double omega : found.frequencies) sum += std::cos(omega * static_cast<double>(distance));
      const DistanceProducts& products = found.sinusoids.products[distance];
      EXPECT_NEAR(products.least, sum, 2e-5) << distance;
      EXPECT_NEAR(products.most, sum, 2e-5) << distance;
      EXPECT_NEAR(products.mean, sum, 2e-5) << distance;
    }
  }
}

TEST(ExplainPositions, ATrainedTableStandsBeside) {
  const std::filesystem::path folder = fixture_path("sentence_models/mean");
  const ExplainedPositions found = explain_positions({.model = folder, .length = 12});
  EXPECT_EQ(found.facts.kind, "trained");
  ASSERT_EQ(found.trained.size(), 1U);
  const models::PositionTable& table = found.trained.front().table;
  EXPECT_EQ(table.name, "position embeddings");
  EXPECT_EQ(table.positions, 12U);
  ASSERT_EQ(table.values.size(), 12 * table.width);
  double dot = 0;
  for (std::size_t i = 0; i < table.width; ++i) dot += double{table.values[i]} * table.values[11 * table.width + i];
  EXPECT_NEAR(found.trained.front().products[11].mean, dot, 1e-9);
  EXPECT_EQ(found.trained.front().products[11].least, found.trained.front().products[11].most) << "one pair";
  EXPECT_LT(found.trained.front().products[1].least, found.trained.front().products[1].most);
}

TEST(ExplainPositions, ThePageHasEveryTableAndAsksForNothingElse) {
  const std::string page = positions_page(explain_positions({.shape = translator(), .length = 16}));
  EXPECT_THAT(page, HasSubstr("16 positions"));
  EXPECT_THAT(page, HasSubstr("<canvas"));
  for (const char* outside : {"src=", "url(", "@import", "http:", "https:", " nan", ">nan", "Mnan"}) {
    EXPECT_THAT(page, testing::Not(HasSubstr(outside)));
  }
}

template <class Refusal>
std::string refused(const PositionOptions& options) {
  try {
    explain_positions(options);
  } catch (const Refusal& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ExplainPositions, RefusesWhatCannotBe) {
  EXPECT_THAT(refused<OptionError>({}), HasSubstr("`shape` or `model` is needed"));
  EXPECT_THAT(refused<OptionError>({.shape = translator(), .length = 1}), HasSubstr("from 2 to 2048"));
  EXPECT_THAT(refused<ArgumentError>({.shape = translator(), .length = 101}), HasSubstr("beyond the 100 positions"));
  models::EncoderShape odd{models::shape_config("tiny", 9), {}};
  odd.config.model = 33;
  EXPECT_THAT(refused<ArgumentError>({.shape = odd}), HasSubstr("width of 33"));
  const std::filesystem::path translator_folder = fixture_path("translators/two-tables-silu");
  EXPECT_THAT(refused<ArgumentError>({.model = translator_folder}), HasSubstr("no table of positions"));
}

}  // namespace
}  // namespace mana::jobs
