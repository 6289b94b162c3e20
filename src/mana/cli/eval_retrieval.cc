#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "mana/base/progress.h"
#include "mana/cli/commands.h"
#include "mana/cli/interruption.h"
#include "mana/cli/output.h"
#include "mana/cli/query_encoders.h"
#include "mana/data/retrieval_set.h"
#include "mana/eval/retrieval.h"

namespace mana::cli {
namespace {

struct RetrievalOptions {
  std::optional<std::string> folder;
  std::optional<std::string> corpus;
  std::optional<std::string> queries;
  std::optional<std::string> qrels;

  void describe(Options& options) {
    options.option("--data", "FOLDER", "A folder with corpus.jsonl, queries.jsonl and qrels.tsv, as of BEIR", folder);
    options.option("--corpus", "FILE.jsonl", "The documents: _id, title (if any) and text, a JSON object in each line",
                   corpus);
    options.option("--queries", "FILE.jsonl", "The queries: _id and text", queries);
    options.option("--qrels", "FILE.tsv", "What is relevant: a table with query-id, corpus-id and score", qrels);
  }

  data::RetrievalFiles files() const {
    if (!folder && !(corpus && queries && qrels)) {
      throw UsageError("give --data, or --corpus, --queries and --qrels; see mana eval retrieval --help");
    }
    data::RetrievalFiles files = folder ? data::retrieval_files(*folder) : data::RetrievalFiles{};
    if (corpus) files.corpus = *corpus;
    if (queries) files.queries = *queries;
    if (qrels) files.qrels = *qrels;
    return files;
  }
};

nlohmann::ordered_json json_of(const eval::RetrievalResult& result, const data::RetrievalSet& set,
                               formats::Similarity similarity) {
  constexpr double kPercent = 100;
  nlohmann::ordered_json object = {{"task", "retrieval"},
                                   {"similarity", formats::name_of(similarity)},
                                   {"queries", result.metrics.queries},
                                   {"unjudged", set.unjudged},
                                   {"documents", result.documents}};
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

}  // namespace

int eval_retrieval(Options& options) {
  RetrievalOptions task;
  QueryEncoderChoice choice;
  bool json = false;
  task.describe(options);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.options();  // a mistake there comes before the reading of the data

  const Interruption interruption;
  const data::RetrievalSet set = data::read_retrieval_set(task.files());
  const QueryEncoders encoders = choice.load();
  eval::RetrievalResult result;
  try {
    Progress progress(options.quiet() ? -1 : STDERR_FILENO, "embedding", "texts",
                      set.queries.size() + set.documents.size());
    result = eval::evaluate_retrieval(
        encoders.queries, encoders.documents(), set, {}, [&](std::size_t texts) { progress.set(texts); },
        interruption.token());
  } catch (const Cancelled&) {
    return interruption.exit_status();
  }

  const nlohmann::ordered_json object = json_of(result, set, encoders.queries.folder().similarity);
  if (json) {
    print(object.dump() + "\n");
    return 0;
  }
  std::string lines;
  for (const auto& [name, value] : object.items()) {
    if (name == "task") continue;
    lines += value.is_number_float()
                 ? fmt::format("{:<20}{:.4f}\n", name, value.get<double>())
                 : fmt::format("{:<20}{}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  print(lines);
  return 0;
}

}  // namespace mana::cli
