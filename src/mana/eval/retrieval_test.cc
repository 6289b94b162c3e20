#include "mana/eval/retrieval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/base/team.h"
#include "mana/kernels/table.h"
#include "mana/search/flat.h"
#include "tests/support/source_path.h"

namespace mana::eval {
namespace {

using testing::ElementsAre;

using Lists = std::vector<std::vector<std::uint32_t>>;
using Judgements = std::vector<std::vector<data::Relevance>>;

/// Documents that are relevant, all alike.
Judgements judged(const Lists& lists) {
  Judgements judgements;
  for (const auto& list : lists) {
    auto& each = judgements.emplace_back();
    for (const std::uint32_t document : list) each.push_back({document});
  }
  return judgements;
}

search::Similarity measure_named(std::string_view name) {
  for (const search::Similarity each : search::kSimilarities) {
    if (formats::name_of(each) == name) return each;
  }
  throw ArgumentError("no such measure");
}

/// Each query's nearest documents, as many as the deepest cutoff needs.
Lists ranked_by(search::Similarity measure, const search::Vectors& queries, const search::Vectors& documents) {
  Team team(2);
  const search::Flat flat(documents, measure, kernels::table(kernels::choose_isa()), team);
  Lists ranked;
  for (const auto& hits : flat.nearest(queries, RetrievalCutoffs().deepest(), team)) {
    auto& list = ranked.emplace_back();
    for (const search::Hit& hit : hits) list.push_back(hit.document);
  }
  return ranked;
}

/// A task as the fixture holds it, its documents numbered in the order of their ids.
struct Task {
  explicit Task(const json::Value& value) {
    std::map<std::string, std::vector<float>, std::less<>> sorted;
    for (const auto& [id, vector] : value.at("documents").object()) sorted.emplace(id, floats(vector));
    std::map<std::string, std::uint32_t, std::less<>> numbers;
    for (const auto& [id, vector] : sorted) {
      numbers.emplace(id, static_cast<std::uint32_t>(numbers.size()));
      append(documents, vector);
    }
    const auto numbers_of = [&](const std::optional<json::Value>& ids) {
      std::vector<std::uint32_t> list;
      if (!ids) return list;
      for (const json::Value& id : ids->array()) list.push_back(numbers.at(std::string(id.string())));
      return list;
    };
    const json::Value all_relevant = value.at("relevant");
    const json::Value all_ranked = value.at("ranked");
    for (const auto& [id, vector] : value.at("queries").object()) {
      append(queries, floats(vector));
      relevant.push_back(numbers_of(all_relevant.find(id)));
      std::ranges::sort(relevant.back());
      ranked.push_back(numbers_of(all_ranked.find(id)));
    }
  }

  static std::vector<float> floats(const json::Value& list) {
    std::vector<float> values;
    for (const json::Value& each : list.array()) values.push_back(static_cast<float>(each.number()));
    return values;
  }

  void append(std::vector<float>& rows, const std::vector<float>& vector) {
    dimensions = vector.size();
    rows.insert(rows.end(), vector.begin(), vector.end());
  }

  std::size_t dimensions = 0;
  std::vector<float> queries;
  std::vector<float> documents;
  Lists relevant;
  Lists ranked;  ///< by the reference, which leaves queries out to which nothing is relevant
};

void expect_near(const RetrievalMetrics::ByCutoff& actual, const json::Value& expected) {
  EXPECT_EQ(actual.size(), expected.object().size());
  for (const auto& [k, value] : expected.object()) {
    EXPECT_NEAR(actual.at(std::stoul(std::string(k))), value.number(), 1e-12) << expected.place() << " at " << k;
  }
}

TEST(Retrieval, IsThatOfSentenceTransformers) {
  const auto fixture = json::Document::read(fixture_path("eval/retrieval.json"));
  std::size_t cases = 0;
  std::size_t unjudged = 0;
  for (const json::Value& each : fixture.root().at("cases").array()) {
    SCOPED_TRACE(each.at("name").string());
    const Task task(each);
    const Lists ranked = ranked_by(measure_named(each.at("measure").string()), {task.queries, task.dimensions},
                                   {task.documents, task.dimensions});
    ASSERT_EQ(ranked.size(), task.ranked.size());
    std::size_t judged_queries = 0;
    for (std::size_t query = 0; query < ranked.size(); ++query) {
      if (task.relevant[query].empty()) continue;
      EXPECT_EQ(ranked[query], task.ranked[query]) << "query " << query;
      ++judged_queries;
    }
    unjudged += ranked.size() - judged_queries;
    const RetrievalMetrics metrics = retrieval_metrics(ranked, judged(task.relevant));
    EXPECT_EQ(metrics.queries, judged_queries);
    const json::Value expected = each.at("metrics");
    expect_near(metrics.accuracy, expected.at("accuracy@k"));
    expect_near(metrics.precision, expected.at("precision@k"));
    expect_near(metrics.recall, expected.at("recall@k"));
    expect_near(metrics.ndcg, expected.at("ndcg@k"));
    expect_near(metrics.mrr, expected.at("mrr@k"));
    expect_near(metrics.map, expected.at("map@k"));
    ++cases;
  }
  EXPECT_EQ(cases, 10);
  EXPECT_GT(unjudged, 0);
}

TEST(RetrievalMetrics, FollowTheirDefinitions) {
  const Lists ranked = {{4, 2, 0, 1, 3}};
  const Judgements relevant = {{{0}, {1}, {9}}};
  const RetrievalMetrics metrics =
      retrieval_metrics(ranked, relevant, {.hits = {2, 4}, .mrr = {2, 4}, .ndcg = {3}, .map = {2, 5}});
  EXPECT_DOUBLE_EQ(metrics.accuracy.at(2), 0);
  EXPECT_DOUBLE_EQ(metrics.accuracy.at(4), 1);
  EXPECT_DOUBLE_EQ(metrics.precision.at(4), 0.5);
  EXPECT_DOUBLE_EQ(metrics.recall.at(4), 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.mrr.at(2), 0);
  EXPECT_DOUBLE_EQ(metrics.mrr.at(4), 1.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.ndcg.at(3), 0.5 / (1 + 1 / std::log2(3.0) + 0.5));
  EXPECT_DOUBLE_EQ(metrics.map.at(2), 0);
  EXPECT_DOUBLE_EQ(metrics.map.at(5), (1.0 / 3 + 2.0 / 4) / 3);
}

TEST(RetrievalMetrics, RefuseWhatHasNone) {
  const Lists one = {{0}};
  const Lists two = {{0}, {1}};
  const Lists nothing = {{}};
  EXPECT_THROW(retrieval_metrics(one, judged(two)), ArgumentError);
  EXPECT_THROW(retrieval_metrics(one, judged(nothing)), ArgumentError);
  EXPECT_THROW(retrieval_metrics({}, {}), ArgumentError);
  EXPECT_THROW(retrieval_metrics(one, judged(one), {.hits = {0}}), ArgumentError);
}

TEST(RetrievalMetrics, OfGradesAreThoseOfTheReferences) {
  const auto fixture = json::Document::read(fixture_path("eval/graded_retrieval.json"));
  const RetrievalCutoffs cutoffs = {.hits = {1, 3, 10}, .mrr = {1, 3, 10}, .ndcg = {1, 3, 10}, .map = {1, 3, 10}};
  std::size_t cases = 0;
  for (const json::Value& each : fixture.root().at("cases").array()) {
    SCOPED_TRACE(each.at("name").string());
    std::map<std::string, std::uint32_t, std::less<>> numbers;
    const auto number_of = [&](std::string_view id) {
      return numbers.emplace(id, static_cast<std::uint32_t>(numbers.size())).first->second;
    };
    Lists ranked;
    Judgements relevant;
    const json::Value qrels = each.at("qrels");
    for (const auto& [query, ids] : each.at("ranked").object()) {
      ranked.emplace_back();
      for (const json::Value& id : ids.array()) ranked.back().push_back(number_of(id.string()));
      relevant.emplace_back();
      for (const auto& [id, grade] : qrels.at(query).object()) {
        if (grade.number() > 0) relevant.back().push_back({number_of(id), grade.number()});
      }
      std::ranges::sort(relevant.back(), {}, &data::Relevance::document);
    }
    const json::Value expected = each.at("ndcg");
    for (const auto& [name, gain] :
         {std::pair("linear", Gain::linear), {"exponential", Gain::exponential}, {"binary", Gain::binary}}) {
      SCOPED_TRACE(name);
      const RetrievalMetrics metrics = retrieval_metrics(ranked, relevant, cutoffs, gain);
      expect_near(metrics.ndcg, expected.at(name));
      expect_near(metrics.recall, each.at("recall"));
      expect_near(metrics.mrr, each.at("mrr"));
      expect_near(metrics.map, each.at("map"));
    }
    ++cases;
  }
  EXPECT_EQ(cases, 5);
}

TEST(RetrievalMetrics, TakeSmallAndRefuseHugeGains) {
  const Lists ranked = {{1, 0}};
  const auto ndcg = [&](double first, double second, Gain gain) {
    return retrieval_metrics(ranked, Judgements{{{0, first}, {1, second}}}, {}, gain).ndcg.at(10);
  };
  EXPECT_NEAR(ndcg(1.5, 0.5, Gain::exponential),
              ((std::sqrt(2.0) - 1) + (std::sqrt(8.0) - 1) / std::log2(3.0)) /
                  ((std::sqrt(8.0) - 1) + (std::sqrt(2.0) - 1) / std::log2(3.0)),
              1e-12);
  EXPECT_NEAR(ndcg(2e-300, 1e-300, Gain::exponential), ndcg(2, 1, Gain::linear), 1e-12);
  EXPECT_GT(ndcg(1000, 1, Gain::exponential), 0.6);
  EXPECT_THAT([&] { ndcg(1024, 1, Gain::exponential); },
              testing::ThrowsMessage<ArgumentError>(testing::HasSubstr("whose grades go up to 1024")));
  EXPECT_THROW(ndcg(1e308, 1e308, Gain::linear), ArgumentError);
  EXPECT_DOUBLE_EQ(ndcg(1e308, 1e308, Gain::binary), 1);
}

TEST(Retrieval, EmbedsQueriesThenDocuments) {
  const engine::Encoder encoder(fixture_path("sentence_models/mean"));
  const data::RetrievalSet set = {.queries = {"the cat", "on the mat"},
                                  .documents = {"on the mat", "42 !", "the cat"},
                                  .relevant = judged({{2}, {0}})};
  std::vector<std::size_t> progress;
  const RetrievalResult result =
      evaluate_retrieval(encoder, encoder, set, {}, [&](std::size_t texts) { progress.push_back(texts); });
  EXPECT_THAT(progress, ElementsAre(2, 5));
  EXPECT_EQ(result.documents, 3);
  EXPECT_EQ(result.truncated_queries + result.truncated_documents, 0);
  EXPECT_EQ(result.metrics.queries, 2);
  EXPECT_DOUBLE_EQ(result.metrics.ndcg.at(10), 1) << "each query is its own best document";
  EXPECT_DOUBLE_EQ(result.metrics.precision.at(10), 0.1);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(evaluate_retrieval(encoder, encoder, set, {}, {}, stop.get_token()), Cancelled);
}

TEST(Retrieval, LeavesOutTheDocumentWithTheIdOfTheQuery) {
  const engine::Encoder encoder(fixture_path("sentence_models/mean"));
  // The first query is the third document, and its own best hit; the second query has the id of a document that it
  // should find.
  const data::RetrievalSet set = {.queries = {"the cat", "on the mat"},
                                  .documents = {"on the mat", "the cat sat", "the cat"},
                                  .relevant = judged({{1}, {0}}),
                                  .namesakes = {2, 0}};
  const auto metrics = [&](bool ignore) {
    return evaluate_retrieval(
               encoder, encoder, set,
               {.cutoffs = {.hits = {1, 100}, .mrr = {1}, .ndcg = {1}, .map = {1}}, .ignore_identical_ids = ignore})
        .metrics;
  };
  EXPECT_DOUBLE_EQ(metrics(false).recall.at(1), 0.5);
  EXPECT_DOUBLE_EQ(metrics(false).recall.at(100), 1);
  EXPECT_DOUBLE_EQ(metrics(true).recall.at(1), 0.5);
  EXPECT_DOUBLE_EQ(metrics(true).recall.at(100), 0.5) << "relevant, and never found";
  EXPECT_DOUBLE_EQ(metrics(true).mrr.at(1), 0.5);
}

}  // namespace
}  // namespace mana::eval
