#include "mana/eval/correlation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "tests/support/source_path.h"

namespace mana::eval {
namespace {

std::vector<double> numbers(const json::Value& list) {
  std::vector<double> values;
  for (const json::Value& each : list.array()) values.push_back(each.number());
  return values;
}

TEST(Correlation, IsThatOfScipy) {
  const auto fixture = json::Document::read(fixture_path("eval/correlation.json"));
  std::size_t cases = 0;
  for (const json::Value& each : fixture.root().at("cases").array()) {
    SCOPED_TRACE(each.at("name").string());
    const std::vector<double> x = numbers(each.at("x"));
    const std::vector<double> y = numbers(each.at("y"));
    EXPECT_EQ(average_ranks(x), numbers(each.at("ranks")));
    EXPECT_NEAR(spearman(x, y), each.at("spearman").number(), 1e-12);
    EXPECT_NEAR(pearson(x, y), each.at("pearson").number(), 1e-7);  // "far from zero" loses digits in both
    ++cases;
  }
  EXPECT_EQ(cases, 10);
}

TEST(Correlation, OfAConstantListIsNotANumber) {
  const std::vector<double> constant(7, 0.1);  // whose mean is not exactly 0.1
  const std::vector<double> rising = {1, 2, 3, 4, 5, 6, 7};
  EXPECT_TRUE(std::isnan(pearson(constant, rising)));
  EXPECT_TRUE(std::isnan(spearman(rising, constant)));
}

TEST(Correlation, DoesNotDependOnTheSizeOfTheValues) {
  const std::vector<double> x = {3, -1, 4, 1, -5, 9};
  const std::vector<double> y = {2, 7, -1, 8, 2, 8};
  const double expected = pearson(x, y);
  for (const double size : {1e-320, 1e-200, 1e200, 1.7e307}) {
    std::vector<double> larger = x;
    for (double& value : larger) value *= size;
    EXPECT_NEAR(pearson(larger, y), expected, size < 1e-300 ? 1e-3 : 1e-12) << size;
    EXPECT_NEAR(pearson(y, larger), expected, size < 1e-300 ? 1e-3 : 1e-12) << size;
  }
}

TEST(Correlation, SaysWhatIsAlwaysTheSame) {
  const std::vector<double> same = {2.5, 2.5, 2.5};
  const std::vector<double> one = {1};
  const std::vector<double> different = {1, 2};
  EXPECT_THAT([&] { require_different(same, "scores"); },
              testing::ThrowsMessage<ArgumentError>(testing::HasSubstr("all 3 scores are 2.5")));
  EXPECT_THAT([&] { require_different(one, "scores"); },
              testing::ThrowsMessage<ArgumentError>(testing::HasSubstr("at least 2 pairs, there are 1")));
  EXPECT_THAT([&] { require_different(same, "scores", "pairs.tsv"); },
              testing::ThrowsMessage<ArgumentError>(testing::StartsWith("pairs.tsv: all 3 scores are 2.5, ")));
  EXPECT_NO_THROW(require_different(different, "scores"));
}

TEST(Correlation, RefusesWhatHasNone) {
  const std::vector<double> two = {1, 2};
  const std::vector<double> three = {1, 2, 3};
  const std::vector<double> one = {1};
  const std::vector<double> broken = {1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(pearson(two, three), ArgumentError);
  EXPECT_THROW(spearman(two, three), ArgumentError);
  EXPECT_THROW(pearson(one, one), ArgumentError);
  EXPECT_THROW(spearman({}, {}), ArgumentError);
  EXPECT_THROW(spearman(broken, two), ArgumentError);
}

}  // namespace
}  // namespace mana::eval
