#include "mana/mine/hard_negatives.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/mine/negative_rows.h"
#include "mana/mine/score_summary.h"
#include "tests/support/source_path.h"

namespace mana::mine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

using Rows = std::vector<std::vector<std::string>>;

json::Document fixture() { return json::Document::read(fixture_path("mine/hard_negatives.json")); }

std::vector<std::string> strings(const json::Value& list) {
  std::vector<std::string> all;
  for (const json::Value& each : list.array()) all.push_back(std::string(each.string()));
  return all;
}

data::PositivePairs pairs_of(const json::Value& list) {
  data::PositivePairs pairs;
  for (const json::Value& each : list.array()) {
    const std::vector<std::string> pair = strings(each);
    pairs.anchors.push_back(pair[0]);
    pairs.positives.push_back(pair[1]);
  }
  return pairs;
}

/// The vectors of texts, from a table of the fixture.
engine::Embeddings vectors_of(const data::DistinctTexts& texts, const json::Value& table) {
  engine::Embeddings rows;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::vector<json::Value> vector = table.at(texts[i]).array();
    rows.dimensions = vector.size();
    for (const json::Value& value : vector) rows.values.push_back(static_cast<float>(value.number()));
    rows.texts.emplace_back();
  }
  return rows;
}

HardNegativeOptions options_of(const json::Value& object) {
  HardNegativeOptions options;
  for (const auto& [key, value] : object.object()) {
    if (key == "num_negatives") options.count = static_cast<std::size_t>(value.integer());
    if (key == "range_min") options.from = static_cast<std::size_t>(value.integer());
    if (key == "range_max") options.to = static_cast<std::size_t>(value.integer());
    if (key == "absolute_margin") options.absolute_margin = static_cast<float>(value.number());
    if (key == "relative_margin") options.relative_margin = static_cast<float>(value.number());
    if (key == "max_score") options.max_score = static_cast<float>(value.number());
    if (key == "min_score") options.min_score = static_cast<float>(value.number());
  }
  return options;
}

Rows rows_of(const MiningSet& set, const HardNegatives& mined, RowKind kind, std::size_t negatives) {
  Rows rows;
  for_each_row(set, mined, kind, negatives,
               [&](std::span<const std::string_view> row) { rows.emplace_back(row.begin(), row.end()); });
  return rows;
}

/// The rows of the reference; of labelled pairs with the label in front.
Rows expected_rows(const json::Value& list, RowKind kind) {
  Rows rows;
  for (const json::Value& each : list.array()) {
    if (kind == RowKind::pairs) {
      const std::vector<json::Value> fields = each.array();
      rows.push_back(
          {std::to_string(fields[2].integer()), std::string(fields[0].string()), std::string(fields[1].string())});
    } else {
      rows.push_back(strings(each));
    }
  }
  return rows;
}

TEST(HardNegatives, AreThoseOfSentenceTransformers) {
  const json::Document document = fixture();
  const json::Value root = document.root();
  const data::PositivePairs pairs = pairs_of(root.at("pairs"));
  Team team(2);
  std::size_t cases = 0;
  for (const json::Value& each : root.at("cases").array()) {
    SCOPED_TRACE(each.at("name").string());
    const auto corpus = each.find("corpus");
    const MiningSet set(pairs, corpus ? strings(*corpus) : std::vector<std::string>{});
    const HardNegativeOptions options = options_of(each.at("options"));
    const auto measure =
        each.at("measure").string() == "cosine" ? formats::Similarity::cosine : formats::Similarity::euclidean;
    const HardNegatives mined =
        mine_hard_negatives(set, vectors_of(set.anchors(), root.at("anchors")),
                            vectors_of(set.corpus(), root.at("documents")), measure, options, team);
    const std::string_view format = each.at("format").string();
    const RowKind kind = format == "triplet" ? RowKind::triplet : format == "n-tuple" ? RowKind::tuple : RowKind::pairs;
    EXPECT_EQ(rows_of(set, mined, kind, options.count), expected_rows(each.at("rows"), kind));
    const RowScores scores = row_scores(mined, kind, options.count);
    EXPECT_EQ(scores.positive.size(), each.at("positives").integer());
    EXPECT_EQ(scores.negative.size(), each.at("negatives").integer());
    const auto skipped = [&](const char* name) {
      const auto count = each.at("skipped").find(name);
      return count ? static_cast<std::size_t>(count->integer()) : 0;
    };
    EXPECT_EQ(mined.skipped.absolute_margin, skipped("absolute_margin"));
    EXPECT_EQ(mined.skipped.relative_margin, skipped("relative_margin"));
    EXPECT_EQ(mined.skipped.max_score, skipped("max_score"));
    ++cases;
  }
  EXPECT_EQ(cases, 15);
}

/// One anchor at 0°, texts at growing angles.
class Fan : public testing::Test {
 protected:
  static engine::Embeddings at_degrees(const std::vector<double>& angles) {
    constexpr double kRadian = 3.14159265358979 / 180;
    engine::Embeddings rows{2, {}, {}};
    for (const double angle : angles) {
      rows.values.push_back(static_cast<float>(std::cos(angle * kRadian)));
      rows.values.push_back(static_cast<float>(std::sin(angle * kRadian)));
      rows.texts.emplace_back();
    }
    return rows;
  }

  static std::vector<std::uint32_t> documents(const std::vector<search::Hit>& hits) {
    std::vector<std::uint32_t> numbers;
    for (const search::Hit& hit : hits) numbers.push_back(hit.document);
    return numbers;
  }

  Team team_{1};
};

TEST_F(Fan, AnAnchorIsNeverItsOwnNegativeNorAreItsPositives) {
  const std::vector<std::string> corpus = {"anchor", "b", "", "c"};
  const MiningSet set({{"anchor", "anchor"}, {"positive", "other positive"}}, corpus);
  EXPECT_THAT(set.corpus().texts(), ElementsAre("anchor", "b", "c", "positive", "other positive"));
  const HardNegatives mined =
      mine_hard_negatives(set, at_degrees({0}), at_degrees({0, 10, 20, 5, 6}), formats::Similarity::cosine, {}, team_);
  EXPECT_THAT(documents(mined.negatives[0]), ElementsAre(1, 2));
  EXPECT_EQ(mined.candidates, 2);
  EXPECT_THAT(row_columns(RowKind::tuple, 2), ElementsAre("anchor", "positive", "negative_1", "negative_2"));
  EXPECT_THAT(rows_of(set, mined, RowKind::tuple, 3), IsEmpty()) << "there are two only";
  EXPECT_EQ(row_scores(mined, RowKind::tuple, 3).wanted, 6);
}

TEST_F(Fan, DrawsAtRandomTheSameForASeedAndEveryCandidateOnceInAWhile) {
  std::vector<std::string> corpus;
  std::vector<double> angles;
  for (int i = 0; i < 20; ++i) {
    corpus.push_back(fmt::format("d{}", i));
    angles.push_back(5 + i);
  }
  angles.push_back(1);
  const MiningSet set({{"anchor"}, {"positive"}}, corpus);
  HardNegativeOptions options{.count = 3, .from = 2, .to = 12, .sampling = Sampling::random};
  const auto drawn = [&] {
    return documents(
        mine_hard_negatives(set, at_degrees({0}), at_degrees(angles), formats::Similarity::cosine, options, team_)
            .negatives[0]);
  };
  EXPECT_EQ(drawn(), drawn());
  std::vector<int> times(20);
  for (options.seed = 0; options.seed < 300; ++options.seed) {
    const std::vector<std::uint32_t> numbers = drawn();
    ASSERT_EQ(numbers.size(), 3);
    EXPECT_TRUE(std::ranges::is_sorted(numbers)) << "most alike first";
    EXPECT_EQ(std::set(numbers.begin(), numbers.end()).size(), 3);
    for (const std::uint32_t number : numbers) ++times[number];
  }
  for (std::size_t i = 0; i < 20; ++i) {
    if (i < 2 || i >= 12) {
      EXPECT_EQ(times[i], 0) << i;
    } else {
      EXPECT_NEAR(times[i], 90, 45) << i;  // 300 · 3 / 10, and more than five standard deviations
    }
  }
}

TEST_F(Fan, RefusesWhatLeavesNothingToTake) {
  const MiningSet set({{"anchor"}, {"positive"}});
  const auto mine = [&](const HardNegativeOptions& options) {
    return [&, options] {
      mine_hard_negatives(set, at_degrees({0}), at_degrees({1}), formats::Similarity::cosine, options, team_);
    };
  };
  EXPECT_THAT(mine({.count = 0}), ThrowsMessage<ArgumentError>(HasSubstr("at least 1")));
  EXPECT_THAT(mine({.count = 3, .from = 5, .to = 7}), ThrowsMessage<ArgumentError>(HasSubstr("no place for 3")));
  EXPECT_THAT(mine({.count = 1, .from = 7, .to = 7}), ThrowsMessage<ArgumentError>(HasSubstr("no place for 1")));
  EXPECT_THAT(mine({.count = ~std::size_t{0}}), ThrowsMessage<ArgumentError>(HasSubstr("2^32")));
  EXPECT_THAT(mine({.count = 1, .to = ~std::size_t{0}}), ThrowsMessage<ArgumentError>(HasSubstr("2^32")));
  EXPECT_NO_THROW(mine({.count = 1, .to = std::size_t{1} << 33})());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(mine_hard_negatives(set, at_degrees({0}), at_degrees({1}), formats::Similarity::cosine, {}, team_,
                                   stop.get_token()),
               Cancelled);
}

TEST(HardNegatives, AreNeverMoreAlikeThanTheSame) {
  // Each anchor has a twin in the corpus. The product of the two, rounded, is above 1 for some.
  constexpr std::size_t kWidth = 384;
  constexpr std::size_t kAnchors = 60;
  data::PositivePairs pairs;
  std::vector<std::string> twins;
  engine::Embeddings anchors{kWidth, {}, std::vector<engine::TextInfo>(kAnchors)};
  std::uint32_t state = 3;
  for (std::size_t i = 0; i < kAnchors; ++i) {
    pairs.anchors.push_back(fmt::format("anchor {}", i));
    pairs.positives.push_back(fmt::format("positive {}", i));
    twins.push_back(fmt::format("twin {}", i));
    for (std::size_t k = 0; k < kWidth; ++k) {
      state = state * 1664525 + 1013904223;
      anchors.values.push_back(static_cast<float>(state >> 8) / (1 << 23) - 1);
    }
  }
  engine::Embeddings corpus = anchors;  // the twins, then the positives
  corpus.values.insert(corpus.values.end(), anchors.values.begin(), anchors.values.end());
  corpus.texts.resize(2 * kAnchors);
  Team team(1);
  for (const kernels::Isa isa : kernels::available_isas()) {
    const HardNegatives mined =
        mine_hard_negatives(MiningSet(pairs, twins), anchors, corpus, formats::Similarity::cosine,
                            {.count = 1, .max_score = 1.0F, .isa = isa}, team);
    for (std::size_t i = 0; i < kAnchors; ++i) {
      ASSERT_EQ(mined.negatives[i].size(), 1) << i;
      EXPECT_EQ(mined.negatives[i][0].document, i) << "no limit of 1 leaves the twin out";
      EXPECT_LE(mined.negatives[i][0].similarity, 1);
      EXPECT_LE(mined.positive[i][0], 1);
    }
  }
}

TEST(HardNegatives, AreNeverChosenByWhatIsNoNumber) {
  const MiningSet set({{"anchor"}, {"positive"}}, std::vector<std::string>{"one", "two"});
  const engine::Embeddings anchors{1, {1}, std::vector<engine::TextInfo>(1)};
  Team team(1);
  for (std::size_t broken = 0; broken < 3; ++broken) {
    engine::Embeddings corpus{1, {1, 2, 3}, std::vector<engine::TextInfo>(3)};
    corpus.values[broken] = std::numeric_limits<float>::quiet_NaN();
    for (const auto measure : {formats::Similarity::cosine, formats::Similarity::euclidean}) {
      EXPECT_THAT([&] { mine_hard_negatives(set, anchors, corpus, measure, {.count = 1}, team); },
                  ThrowsMessage<ArgumentError>(HasSubstr("is no finite number")));
    }
  }
}

TEST(ScoreSummary, IsThatOfTheDefinition) {
  const ScoreSummary some = summary_of({4, 1, 2, 3});
  EXPECT_EQ(some.count, 4);
  EXPECT_DOUBLE_EQ(some.mean, 2.5);
  EXPECT_NEAR(some.deviation, 1.2909944487358056, 1e-12);
  EXPECT_DOUBLE_EQ(some.least, 1);
  EXPECT_DOUBLE_EQ(some.quarter, 1.75);
  EXPECT_DOUBLE_EQ(some.median, 2.5);
  EXPECT_DOUBLE_EQ(some.three_quarters, 3.25);
  EXPECT_DOUBLE_EQ(some.most, 4);
  EXPECT_TRUE(std::isnan(summary_of({}).mean));
  EXPECT_TRUE(std::isnan(summary_of({1}).deviation));
  EXPECT_DOUBLE_EQ(summary_of({1}).quarter, 1);
}

}  // namespace
}  // namespace mana::mine
