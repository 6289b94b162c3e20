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
  options.option("--eval-sts", "FILE", "Scored pairs, as for mana eval sts", evaluation.eval_sts);
  options.option("--eval-retrieval", "DIR", "A BEIR folder, as for mana eval retrieval", evaluation.eval_retrieval);
  options.option("--eval-pairs", "FILE", "Labelled pairs, as for mana eval pairs", evaluation.eval_pairs);
  options.option("--eval-triplet", "FILE", "Triplets, as for mana eval triplet", evaluation.eval_triplet);
  options.option("--eval-score", "COLUMN", "The column of the scores of --eval-sts", evaluation.sts_columns.score);
  options.option("--eval-label", "COLUMN", "The column of the labels of --eval-pairs", evaluation.pairs_columns.label);
  options.option("--eval-text-a", "COLUMN", "The column of the first texts of --eval-sts or --eval-pairs", text_a);
  options.option("--eval-text-b", "COLUMN", "The column of the second texts of --eval-sts or --eval-pairs", text_b);
  options.option("--eval-anchor", "COLUMN", "The column of the anchors of --eval-triplet",
                 evaluation.triplet_columns.anchor);
  options.option("--eval-positive", "COLUMN", "The column of texts that belong to them",
                 evaluation.triplet_columns.positive);
  options.option("--eval-negative", "COLUMN", "The column of texts that do not", evaluation.triplet_columns.negative);
  options.option("--eval-every", "N", "Steps between evaluations; 0: after each epoch", keeping.run.evaluate_every);
  options.option("--patience", "N", "Stop after N evaluations without a better score; 0: never", keeping.run.patience);
  options.flag("--keep-last", "Keep the last weights, not the best", keeping.run.keep_last);
  options.group("Output");
  keeping.describe(options, "The folder to write: a model for mana and sentence-transformers");
}

void FineTuneOutput::settle(const Options& options) {
  options.refuse_unless(evaluation.wanted(), {"--patience", "--eval-every", "--keep-last"}, "--eval-sts and its like");
  options.refuse_unless(evaluation.eval_sts.has_value(), {"--eval-score"}, "--eval-sts");
  options.refuse_unless(evaluation.eval_pairs.has_value(), {"--eval-label"}, "--eval-pairs");
  options.refuse_unless(evaluation.eval_sts || evaluation.eval_pairs, {"--eval-text-a", "--eval-text-b"},
                        "--eval-sts or --eval-pairs");
  options.refuse_unless(evaluation.eval_triplet.has_value(), {"--eval-anchor", "--eval-positive", "--eval-negative"},
                        "--eval-triplet");
  evaluation.sts_columns.first = evaluation.pairs_columns.first = text_a;
  evaluation.sts_columns.second = evaluation.pairs_columns.second = text_b;
  keeping.settle(options);
}

void FineTuneOutput::add_to(std::vector<GivenPath>& inputs) const {
  add_path(inputs, "--eval-sts", evaluation.eval_sts);
  add_path(inputs, "--eval-retrieval", evaluation.eval_retrieval);
  add_path(inputs, "--eval-pairs", evaluation.eval_pairs);
  add_path(inputs, "--eval-triplet", evaluation.eval_triplet);
}

void print_result(const jobs::FineTuneResult& result, const FineTuneOutput& output) {
  const train::RunResult& run = result.finished.run;
  ordered_json object = {{"output", output.keeping.run.output.string()},
                         {"steps", run.steps},
                         {"seconds", result.finished.seconds},
                         {"rows", result.rows},
                         {"truncated", result.truncated},
                         {"left_out", result.left_out}};
  add_scores(run, object);
  add_end(run, object);
  for (const train::TokenRows& each : result.sets) object["columns"].push_back(json_of_columns(each));
  print_report(object, output.keeping.json, {.width = 14, .nothing = "no number"});
}

}  // namespace mana::cli
