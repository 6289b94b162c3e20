#include "mana/classify/logistic_regression.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stop_token>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/base/team.h"
#include "mana/classify/lbfgs.h"
#include "tests/support/source_path.h"

namespace mana::classify {
namespace {

json::Document fixture() { return json::Document::read(fixture_path("eval/classification.json")); }

template <class T>
std::vector<T> list(const json::Value& value) {
  std::vector<T> values;
  for (const json::Value& each : value.array()) values.push_back(static_cast<T>(each.number()));
  return values;
}

template <class T>
std::vector<T> matrix(const json::Value& value) {
  std::vector<T> values;
  for (const json::Value& row : value.array()) {
    const std::vector<T> row_values = list<T>(row);
    values.insert(values.end(), row_values.begin(), row_values.end());
  }
  return values;
}

void expect_near(std::span<const double> actual, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(actual[i], expected[i], tolerance) << i;
}

TEST(Lbfgs, FindsTheMinimumOfAnIllConditionedQuadratic) {
  const auto objective = [](std::span<const double> x, std::span<double> gradient) {
    double value = 3;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double curvature = std::pow(10.0, static_cast<double>(i) / 8);
      const double off = x[i] - static_cast<double>(i);
      value += curvature * off * off / 2;
      gradient[i] = curvature * off;
    }
    return value;
  };
  std::size_t steps = 0;
  const LbfgsResult result = minimise(objective, std::vector<double>(20),
                                      {.tolerance = 1e-9, .progress = [&](std::size_t step) { steps = step; }});
  EXPECT_TRUE(result.converged);
  EXPECT_EQ(result.iterations, steps);
  EXPECT_NEAR(result.value, 3, 1e-12);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_NEAR(result.x[i], static_cast<double>(i), 1e-8);
  const LbfgsResult cut = minimise(objective, std::vector<double>(20), {.max_iterations = 3});
  EXPECT_FALSE(cut.converged);
  EXPECT_EQ(cut.iterations, 3);
  EXPECT_TRUE(minimise(objective, result.x).converged) << "which is where it begins";
}

TEST(LogisticRegression, IsThatOfScikitLearn) {
  const json::Document document = fixture();
  std::size_t cases = 0;
  for (const json::Value& each : document.root().at("regressions").array()) {
    SCOPED_TRACE(each.at("name").string());
    const auto x = matrix<float>(each.at("x"));
    const auto classes = list<std::uint32_t>(each.at("classes"));
    const std::size_t dimensions = x.size() / classes.size();
    const std::size_t count = std::ranges::max(classes) + 1;
    Team alone(1);
    const LogisticRegressionOptions options = {.c = each.at("c").number(), .tolerance = 1e-10};
    const LogisticRegression model = LogisticRegression::fit({x, dimensions, classes}, count, alone, options);
    EXPECT_TRUE(model.converged());
    expect_near(model.weights(), matrix<double>(each.at("weights")), 1e-6);
    expect_near(model.intercepts(), list<double>(each.at("intercepts")), 1e-6);
    std::vector<double> probabilities;
    std::vector<std::uint32_t> predicted;
    for (std::size_t row = 0; row < classes.size(); ++row) {
      const auto vector = std::span(x).subspan(row * dimensions, dimensions);
      for (const double each_class : model.probabilities(vector)) probabilities.push_back(each_class);
      predicted.push_back(model.predict(vector));
    }
    expect_near(probabilities, matrix<double>(each.at("probabilities")), 1e-7);
    EXPECT_EQ(predicted, list<std::uint32_t>(each.at("predicted")));

    Team many(3);
    const LogisticRegression again = LogisticRegression::fit({x, dimensions, classes}, count, many, options);
    EXPECT_TRUE(std::ranges::equal(again.weights(), model.weights())) << "bits depend on the threads";
    ++cases;
  }
  EXPECT_EQ(cases, 8);
}

TEST(LogisticRegression, RefusesWhatItCannotFit) {
  Team team(1);
  const std::vector<float> x = {1, 2, 3, 4};
  const std::vector<std::uint32_t> classes = {0, 1};
  const auto fit = [&](std::span<const float> values, std::size_t dimensions, std::span<const std::uint32_t> of,
                       std::size_t count) {
    LogisticRegression::fit({values, dimensions, of}, count, team);
  };
  EXPECT_THROW(fit(x, 3, classes, 2), ArgumentError);
  EXPECT_THROW(fit({}, 2, {}, 2), ArgumentError);
  EXPECT_THROW(fit(x, 2, classes, 1), ArgumentError);
  EXPECT_THROW(fit(x, 2, std::vector<std::uint32_t>{0, 2}, 2), ArgumentError);
  EXPECT_THROW(fit(std::vector<float>{1, 2, 3, std::numeric_limits<float>::infinity()}, 2, classes, 2), ArgumentError);
  EXPECT_THROW(LogisticRegression::fit({x, 2, classes}, 2, team, {.c = 0}), ArgumentError);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(LogisticRegression::fit({x, 2, classes}, 2, team, {}, stop.get_token()), Cancelled);
  EXPECT_THROW(LogisticRegression::fit({x, 2, classes}, 2, team).predict(x), ArgumentError);
}

}  // namespace
}  // namespace mana::classify
