#include "mana/cli/eval/retrieval_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "mana/cli/shell/output.h"

namespace mana::cli {
namespace {

std::string_view name_of(eval::Gain gain) {
  switch (gain) {
    case eval::Gain::linear: return "linear";
    case eval::Gain::exponential: return "exponential";
    case eval::Gain::binary: return "binary";
  }
  return "";
}

std::size_t identical_ids(const data::RetrievalSet& set) {
  return static_cast<std::size_t>(
      std::ranges::count_if(set.namesakes, [](const auto& namesake) { return namesake.has_value(); }));
}

/// Queries whose text is that of the document with their id, apart from its title.
std::size_t documents_too(const data::RetrievalSet& set) {
  std::size_t count = 0;
  for (std::size_t query = 0; query < set.queries.size(); ++query) {
    const auto namesake = set.namesakes[query];
    count += namesake && set.documents[*namesake].ends_with(set.queries[query]) ? 1 : 0;
  }
  return count;
}

}  // namespace

void note_oddities(const data::RetrievalSet& set, const data::RetrievalFiles& files, bool ignore_identical_ids) {
  const auto say = [](std::size_t count, const char* one, const char* many, const std::string& rest) {
    if (count > 0) note(fmt::format("{} {} {}", count, count == 1 ? one : many, rest));
  };
  say(set.missing_documents, "relevant document is", "relevant documents are",
      fmt::format("in {} but not in {}: counted as relevant and not found", files.qrels.string(),
                  files.corpus.string()));
  say(set.missing_queries, "query is", "queries are",
      fmt::format("in {} but not in {}: left out", files.qrels.string(), files.queries.string()));
  say(set.without_relevant, "judged query has", "judged queries have",
      "no relevant document: left out, where trec_eval, BEIR and MTEB count 0");
  if (ignore_identical_ids) return;
  const std::size_t same = documents_too(set);
  say(same, "query is", "queries are",
      "among the documents, by id and text, and can be found there; --ignore-identical-ids leaves them out, as BEIR "
      "does");
  say(identical_ids(set) - same, "query has", "queries have",
      "the id of a document with another text; if that is the query itself, give --ignore-identical-ids");
}

nlohmann::ordered_json json_of(const eval::RetrievalResult& result, const data::RetrievalSet& set,
                               formats::Similarity similarity, eval::Gain gain) {
  constexpr double kPercent = 100;
  nlohmann::ordered_json object = {{"task", "retrieval"},
                                   {"similarity", formats::name_of(similarity)},
                                   {"gain", name_of(gain)},
                                   {"queries", result.metrics.queries},
                                   {"unjudged", set.unjudged},
                                   {"without_relevant", set.without_relevant},
                                   {"missing_queries", set.missing_queries},
                                   {"documents", result.documents},
                                   {"missing_documents", set.missing_documents},
                                   {"identical_ids", identical_ids(set)}};
  const auto add = [&](std::string_view name, const eval::RetrievalMetrics::ByCutoff& values) {
    for (const auto& [k, value] : values) object[fmt::format("{}@{}", name, k)] = kPercent * value;
  };
  add("ndcg", result.metrics.ndcg);
  add("mrr", result.metrics.mrr);
  add("map", result.metrics.map);
  add("accuracy", result.metrics.accuracy);
  add("precision", result.metrics.precision);
  add("recall", result.metrics.recall);
  object["truncated_queries"] = result.truncated_queries;
  object["truncated_documents"] = result.truncated_documents;
  return object;
}

}  // namespace mana::cli
