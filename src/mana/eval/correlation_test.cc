#include "mana/eval/correlation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"

namespace mana::eval {
namespace {

std::vector<double> numbers(const json::Value& list) {
  std::vector<double> values;
  for (const json::Value& each : list.array()) values.push_back(each.number());
  return values;
}

TEST(Correlation, IsThatOfScipy) {
  const auto fixture = json::Document::read(MANA_SOURCE_DIR "/tests/fixtures/eval/correlation.json");
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
