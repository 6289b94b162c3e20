#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "mana/base/progress.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/query_encoders.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/retrieval_set.h"
#include "mana/eval/retrieval.h"

namespace mana::cli {
namespace {

struct RetrievalTask {
  std::optional<std::string> folder;
  std::optional<std::string> corpus;
  std::optional<std::string> queries;
  std::optional<std::string> qrels;
  eval::RetrievalOptions measured;

  void describe(Options& options) {
    options.option("--data", "FOLDER", "A folder with corpus.jsonl, queries.jsonl and qrels.tsv, as of BEIR", folder);
    options.option("--corpus", "FILE", "The documents: _id, title (if any) and text, as JSON or a table", corpus);
    options.option("--queries", "FILE", "The queries: _id and text", queries);
    options.option(
        "--qrels", "FILE",
        "What is relevant: query-id, corpus-id and score (a table, JSON, or these three without a header), or "
        "TREC's four fields",
        qrels);
    options.choice<eval::Gain>(
        "--gain", "What a document of grade g adds to nDCG: g as in trec_eval, BEIR and MTEB; 2^g - 1; or 1",
        {{"linear", eval::Gain::linear}, {"exponential", eval::Gain::exponential}, {"binary", eval::Gain::binary}},
        measured.gain);
    options.flag("--ignore-identical-ids", "A query does not find the document that has its id, as in BEIR",
                 measured.ignore_identical_ids);
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

/// What of the judgements does not meet the texts, and what became of it.
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

}  // namespace

int eval_retrieval(Options& options) {
  RetrievalTask task;
  QueryEncoderChoice choice;
  bool json = false;
  task.describe(options);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;
  choice.options();  // a mistake there comes before the reading of the data

  return run_interruptibly([&](const Interruption& interruption) {
    const data::RetrievalFiles files = task.files();
    const data::RetrievalSet set = data::read_retrieval_set(files);
    for (const data::ReadingNotes& notes : set.notes) note_mistakes(notes, options.quiet());
    const QueryEncoders encoders = choice.load(options.quiet());
    Progress progress(options.terminal(), "embedding", "texts", set.queries.size() + set.documents.size());
    const eval::RetrievalResult result = eval::evaluate_retrieval(
        encoders.queries, encoders.documents(), set, task.measured, [&](std::size_t texts) { progress.set(texts); },
        interruption.token());
    progress.wipe();

    if (!options.quiet()) note_oddities(set, files, task.measured.ignore_identical_ids);
    print_report(json_of(result, set, encoders.queries.folder().similarity, task.measured.gain), json,
                 {.width = 20, .hidden = "task"});
    return 0;
  });
}

}  // namespace mana::cli
