#include "mana/eval/retrieval.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/errors.h"
#include "mana/base/json.h"
#include "mana/base/team.h"
#include "mana/eval/nearest_documents.h"

namespace mana::eval {
namespace {

using testing::ElementsAre;

using Lists = std::vector<std::vector<std::uint32_t>>;

formats::Similarity measure_named(std::string_view name) {
  for (const auto each : {formats::Similarity::cosine, formats::Similarity::dot, formats::Similarity::euclidean,
                          formats::Similarity::manhattan}) {
    if (formats::name_of(each) == name) return each;
  }
  throw ArgumentError("no such measure");
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

  static void append(engine::Embeddings& rows, const std::vector<float>& vector) {
    rows.dimensions = vector.size();
    rows.values.insert(rows.values.end(), vector.begin(), vector.end());
    rows.texts.emplace_back();
  }

  engine::Embeddings queries;
  engine::Embeddings documents;
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
  const auto fixture = json::Document::read(MANA_SOURCE_DIR "/tests/fixtures/eval/retrieval.json");
  Team team(2);
  std::size_t cases = 0;
  std::size_t unjudged = 0;
  for (const json::Value& each : fixture.root().at("cases").array()) {
    SCOPED_TRACE(each.at("name").string());
    const Task task(each);
    const Lists ranked = nearest_documents(task.queries, task.documents, measure_named(each.at("measure").string()),
                                           RetrievalCutoffs().deepest(), team);
    ASSERT_EQ(ranked.size(), task.ranked.size());
    std::size_t judged = 0;
    for (std::size_t query = 0; query < ranked.size(); ++query) {
      if (task.relevant[query].empty()) continue;
      EXPECT_EQ(ranked[query], task.ranked[query]) << "query " << query;
      ++judged;
    }
    unjudged += ranked.size() - judged;
    const RetrievalMetrics metrics = retrieval_metrics(ranked, task.relevant);
    EXPECT_EQ(metrics.queries, judged);
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
  const Lists relevant = {{0, 1, 9}};
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
  EXPECT_THROW(retrieval_metrics(one, two), ArgumentError);
  EXPECT_THROW(retrieval_metrics(one, nothing), ArgumentError);
  EXPECT_THROW(retrieval_metrics({}, {}), ArgumentError);
  EXPECT_THROW(retrieval_metrics(one, one, {.hits = {0}}), ArgumentError);
}

TEST(NearestDocuments, DoNotDependOnTheThreads) {
  engine::Embeddings queries{21, {}, std::vector<engine::TextInfo>(7)};
  engine::Embeddings documents{21, {}, std::vector<engine::TextInfo>(500)};
  std::uint32_t state = 1;
  const auto fill = [&](engine::Embeddings& rows) {
    for (std::size_t i = 0; i < rows.size() * rows.dimensions; ++i) {
      state = state * 1664525 + 1013904223;
      rows.values.push_back(static_cast<float>(state >> 8) / (1 << 23) - 1);
    }
  };
  fill(queries);
  fill(documents);
  Team alone(1);
  Team many(5);
  const Lists ranked = nearest_documents(queries, documents, formats::Similarity::cosine, 50, alone);
  EXPECT_EQ(nearest_documents(queries, documents, formats::Similarity::cosine, 50, many), ranked);
  for (std::size_t query = 0; query < queries.size(); ++query) {
    std::vector<std::uint32_t> all(documents.size());
    for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    std::ranges::stable_sort(all, std::greater<>(), [&](std::uint32_t document) {
      return engine::similarity(formats::Similarity::cosine, queries[query], documents[document]);
    });
    all.resize(50);
    EXPECT_EQ(ranked[query], all);
  }
}

TEST(NearestDocuments, PutWhatHasNoOrderLast) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const engine::Embeddings queries{1, {1}, std::vector<engine::TextInfo>(1)};
  const engine::Embeddings documents{1, {nan, -3, nan, 2}, std::vector<engine::TextInfo>(4)};
  Team team(1);
  EXPECT_THAT(nearest_documents(queries, documents, formats::Similarity::dot, 9, team),
              ElementsAre(ElementsAre(3, 1, 0, 2)));
  EXPECT_THAT(nearest_documents(queries, documents, formats::Similarity::dot, 0, team), ElementsAre(ElementsAre()));
  const engine::Embeddings wider{2, {1, 2}, std::vector<engine::TextInfo>(1)};
  EXPECT_THROW(nearest_documents(wider, documents, formats::Similarity::dot, 1, team), ArgumentError);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(nearest_documents(queries, documents, formats::Similarity::dot, 1, team, stop.get_token()), Cancelled);
}

TEST(Retrieval, EmbedsQueriesThenDocuments) {
  const engine::Encoder encoder(MANA_SOURCE_DIR "/tests/fixtures/sentence_models/mean");
  const data::RetrievalSet set = {
      .queries = {"the cat", "on the mat"}, .documents = {"on the mat", "42 !", "the cat"}, .relevant = {{2}, {0}}};
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

}  // namespace
}  // namespace mana::eval
