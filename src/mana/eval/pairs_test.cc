#include "mana/eval/pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/eval/triplets.h"
#include "tests/support/source_path.h"

namespace mana::eval {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

json::Document fixture() { return json::Document::read(fixture_path("eval/pairs.json")); }

std::vector<std::string> texts(const json::Value& list) {
  std::vector<std::string> all;
  for (const json::Value& each : list.array()) all.emplace_back(each.string());
  return all;
}

std::vector<std::uint8_t> labels(const json::Value& list) {
  std::vector<std::uint8_t> all;
  for (const json::Value& each : list.array()) all.push_back(static_cast<std::uint8_t>(each.integer(0, 1)));
  return all;
}

engine::Encoder encoder(const json::Value& test, std::optional<std::string> prompt = {}) {
  return engine::Encoder(fixture_path("sentence_models/" + std::string(test.at("model").string())),
                         {.precision = kernels::Precision::f32, .prompt = std::move(prompt)});
}

void expect_metrics(const PairMetrics& metrics, const json::Value& expected, const std::string& prefix,
                    double threshold_tolerance) {
  const auto number = [&](const char* name) { return expected.at(prefix + name).number(); };
  EXPECT_NEAR(metrics.accuracy, number("accuracy"), 1e-12);
  EXPECT_NEAR(metrics.f1, number("f1"), 1e-12);
  EXPECT_NEAR(metrics.precision, number("precision"), 1e-12);
  EXPECT_NEAR(metrics.recall, number("recall"), 1e-12);
  EXPECT_NEAR(metrics.average_precision, number("ap"), 1e-12);
  EXPECT_NEAR(metrics.mcc, number("mcc"), 1e-12);
  for (const auto& [value, name] :
       {std::pair(metrics.accuracy_threshold, "accuracy_threshold"), std::pair(metrics.f1_threshold, "f1_threshold")}) {
    EXPECT_NEAR(value, number(name), threshold_tolerance * std::abs(number(name))) << name;
  }
}

TEST(PairMetrics, AreThoseOfSentenceTransformers) {
  const json::Document document = fixture();
  std::size_t cases = 0;
  for (const json::Value& each : document.root().at("metrics").array()) {
    SCOPED_TRACE(each.at("name").string());
    std::vector<float> similarities;
    for (const json::Value& value : each.at("similarities").array()) {
      similarities.push_back(static_cast<float>(value.number()));
    }
    expect_metrics(pair_metrics(similarities, labels(each.at("labels"))), each.at("expected"), "", 0);
    ++cases;
  }
  EXPECT_EQ(cases, 10);
}

TEST(PairMetrics, RefuseWhatHasNone) {
  const std::vector<float> similarities = {0.5F, 0.25F};
  EXPECT_THAT(
      [&] {
        pair_metrics(similarities, std::vector<std::uint8_t>{1, 1});
      },
      ThrowsMessage<ArgumentError>(HasSubstr("all 2 pairs have the label 1")));
  EXPECT_THROW(pair_metrics(similarities, std::vector<std::uint8_t>{0, 0}), ArgumentError);
  EXPECT_THROW(pair_metrics(similarities, std::vector<std::uint8_t>{0}), ArgumentError);
  EXPECT_THROW(pair_metrics({}, {}), ArgumentError);
  for (const float none : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    EXPECT_THROW(pair_metrics(std::vector<float>{0.5F, none}, std::vector<std::uint8_t>{0, 1}), ArgumentError);
  }
}

TEST(Pairs, AreEvaluatedAsBySentenceTransformers) {
  const json::Document document = fixture();
  std::size_t cases = 0;
  for (const json::Value& each : document.root().at("pairs").array()) {
    SCOPED_TRACE(each.at("model").string());
    const data::LabelledPairs pairs = {texts(each.at("first")), texts(each.at("second")), labels(each.at("labels"))};
    std::size_t done = 0;
    const PairsResult result = evaluate_pairs(encoder(each), pairs, [&](std::size_t count) { done = count; });
    EXPECT_EQ(result.pairs, 40);
    EXPECT_EQ(result.texts, done);
    EXPECT_LT(result.texts, 80);
    EXPECT_EQ(result.metrics.size(), 4);
    for (const auto& [measure, metrics] : result.metrics) {
      SCOPED_TRACE(formats::name_of(measure));
      expect_metrics(metrics, each.at("expected"), std::string(formats::name_of(measure)) + "_", 1e-4);
    }
    ++cases;
  }
  EXPECT_EQ(cases, 2);
}

TEST(Triplets, AreEvaluatedAsBySentenceTransformers) {
  const json::Document document = fixture();
  std::size_t cases = 0;
  for (const json::Value& each : document.root().at("triplets").array()) {
    SCOPED_TRACE(each.at("model").string());
    const data::Triplets triplets = {texts(each.at("anchors")), texts(each.at("positives")),
                                     texts(each.at("negatives"))};
    std::size_t done = 0;
    const TripletsResult result =
        evaluate_triplets(encoder(each, "query"), encoder(each, "document"), triplets,
                          static_cast<float>(each.at("margin").number()), [&](std::size_t count) { done = count; });
    EXPECT_EQ(result.triplets, 40);
    EXPECT_EQ(result.texts, done);
    for (const auto& [measure, accuracy] : result.accuracy) {
      const std::string name = std::string(formats::name_of(measure)) + "_accuracy";
      EXPECT_NEAR(accuracy, each.at("expected").at(name).number(), 1e-6) << name;
    }
    EXPECT_EQ(result.accuracy.size(), 4);
    ++cases;
  }
  EXPECT_EQ(cases, 6);
}

TEST(Triplets, NeedTextsAndOneWidth) {
  const engine::Encoder wide(fixture_path("sentence_models/mean"));
  const engine::Encoder narrow(fixture_path("sentence_models/mean"), {.truncate_dim = 4});
  EXPECT_THROW(evaluate_triplets(wide, wide, {}), ArgumentError);
  const data::Triplets one = {{"a"}, {"b"}, {"c"}};
  EXPECT_THROW(evaluate_triplets(wide, narrow, one), ArgumentError);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(evaluate_triplets(wide, wide, one, 0, {}, stop.get_token()), Cancelled);
  EXPECT_THROW(evaluate_pairs(wide, {{"a", "b"}, {"a", "c"}, {1, 0}}, {}, stop.get_token()), Cancelled);
}

}  // namespace
}  // namespace mana::eval
