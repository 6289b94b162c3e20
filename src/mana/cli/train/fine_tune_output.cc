#include "mana/cli/train/fine_tune_output.h"

#include <nlohmann/json.hpp>

#include "mana/cli/shell/report.h"

namespace mana::cli {
namespace {

using nlohmann::ordered_json;

/// {"file": "pairs.tsv", "rows": 8, "roles": [{"column": "question", "role": "anchor"}, …]}
ordered_json json_of_columns(const train::TokenRows& rows) {
  ordered_json object = {{"file", rows.name}, {"rows", rows.rows()}};
  for (const data::ColumnRole& each : rows.columns) {
    object["roles"].push_back({{"column", each.column}, {"role", each.role}});
  }
  return object;
}

}  // namespace

void FineTuneOutput::describe(Options& options) {
  options.group("Evaluation, before and during training: the best weights are kept");
  options.option("--eval-sts", "FILE", "Scored pairs, as for mana eval sts", run.evaluation.eval_sts);
  options.option("--eval-retrieval", "DIR", "A BEIR folder, as for mana eval retrieval", run.evaluation.eval_retrieval);
  options.option("--eval-pairs", "FILE", "Labelled pairs, as for mana eval pairs", run.evaluation.eval_pairs);
  options.option("--eval-triplet", "FILE", "Triplets, as for mana eval triplet", run.evaluation.eval_triplet);
  options.option("--eval-every", "N", "Steps between evaluations; 0: after each epoch", run.evaluate_every);
  options.option("--patience", "N", "Stop after N evaluations without a better score; 0: never", run.patience);
  options.flag("--keep-last", "Keep the last weights, not the best", run.keep_last);
  options.group("Output");
  options.option("--output", "DIR", "The folder to write: a model for mana and sentence-transformers", output);
  options.require("--output");
  options.flag("--force", "Replace the model that the folder holds", run.force);
  resume.describe(options);
  options.flag("--extend", "Go on with another --epochs or --max-steps than the checkpoint's, at the rates of these",
               run.extend);
  options.flag("--keep-checkpoint", "Keep the checkpoint of the end, for a longer run to go on from",
               run.keep_checkpoint);
  options.option("--save-every", "N", "Steps between checkpoints; 0: by the clock only", run.save_every);
  options.option("--save-minutes", "X", "Minutes between checkpoints", run.save_minutes, {.least = 0});
  options.flag("--json", "Print a JSON object", json);
}

void FineTuneOutput::add_to(std::vector<GivenPath>& inputs) const {
  add_path(inputs, "--eval-sts", run.evaluation.eval_sts);
  add_path(inputs, "--eval-retrieval", run.evaluation.eval_retrieval);
  add_path(inputs, "--eval-pairs", run.evaluation.eval_pairs);
  add_path(inputs, "--eval-triplet", run.evaluation.eval_triplet);
}

void print_result(const jobs::FineTuneResult& finished, const FineTuneOutput& output) {
  const train::RunResult& result = finished.run;
  ordered_json object = {{"output", output.output}, {"steps", result.steps}, {"seconds", finished.seconds}};
  object["rows"] = finished.rows;
  object["truncated"] = finished.truncated;
  object["left_out"] = finished.left_out;
  if (!result.curve.metric.empty()) {
    object["metric"] = result.curve.metric;
    object["before"] = result.before ? ordered_json(*result.before) : ordered_json();
    object["after"] = result.after ? ordered_json(*result.after) : ordered_json();
  }
  if (result.best_step) object["best_step"] = *result.best_step;
  object["stopped_early"] = result.stopped_early;
  for (const train::TokenRows& each : finished.sets) object["columns"].push_back(json_of_columns(each));
  print_report(object, output.json, {.width = 14, .nothing = "no number"});
}

}  // namespace mana::cli
