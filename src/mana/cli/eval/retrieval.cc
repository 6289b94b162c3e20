#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "mana/base/progress.h"
#include "mana/cli/eval/retrieval_report.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/query_encoder_options.h"
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
    const jobs::QueryEncoders encoders = choice.load(options.quiet());
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
