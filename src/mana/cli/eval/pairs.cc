#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "mana/base/progress.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/labelled_pairs.h"
#include "mana/engine/encoder.h"
#include "mana/eval/pair_metrics.h"
#include "mana/eval/pairs.h"

namespace mana::cli {
namespace {

constexpr double kPercent = 100;

nlohmann::ordered_json json_of(const eval::PairsResult& result) {
  nlohmann::ordered_json object = {{"task", "pairs"}, {"pairs", result.pairs}, {"positives", result.positives}};
  for (const auto& [measure, metrics] : result.metrics) {
    const std::string_view prefix = formats::name_of(measure);
    const auto add = [&object, prefix](const char* name, double value) {
      object[fmt::format("{}_{}", prefix, name)] = value;
    };
    add("accuracy", kPercent * metrics.accuracy);
    add("accuracy_threshold", metrics.accuracy_threshold);
    add("f1", kPercent * metrics.f1);
    add("f1_threshold", metrics.f1_threshold);
    add("precision", kPercent * metrics.precision);
    add("recall", kPercent * metrics.recall);
    add("ap", kPercent * metrics.average_precision);
    add("mcc", kPercent * metrics.mcc);
  }
  object["truncated"] = result.truncated;
  return object;
}

std::string table_of(const eval::PairsResult& result) {
  std::string table =
      fmt::format("pairs      {}\npositives  {}\ntruncated  {}\n\n", result.pairs, result.positives, result.truncated);
  table += fmt::format("{:<10}{:>10}{:>11}{:>10}{:>11}{:>11}{:>10}{:>10}{:>10}\n", "", "accuracy", "threshold", "F1",
                       "threshold", "precision", "recall", "AP", "MCC");
  for (const auto& [measure, metrics] : result.metrics) {
    table += fmt::format("{:<10}{:>10.4f}{:>11.4f}{:>10.4f}{:>11.4f}{:>11.4f}{:>10.4f}{:>10.4f}{:>10.4f}\n",
                         formats::name_of(measure), kPercent * metrics.accuracy, metrics.accuracy_threshold,
                         kPercent * metrics.f1, metrics.f1_threshold, kPercent * metrics.precision,
                         kPercent * metrics.recall, kPercent * metrics.average_precision, kPercent * metrics.mcc);
  }
  return table;
}

}  // namespace

int eval_pairs(Options& options) {
  std::string file;
  data::LabelledPairColumns columns;
  EncoderChoice choice;
  bool json = false;
  options.option("--data", "FILE",
                 "A table with a header (.tsv, .csv), or JSON: two texts and a label, 1 or 0, in each row", file);
  options.require("--data");
  options.option("--label", "COLUMN", "The column of the labels: 1 where the texts belong together, else 0",
                 columns.label);
  options.option("--text-a", "COLUMN", "The column of the first texts", columns.first);
  options.option("--text-b", "COLUMN", "The column of the second texts", columns.second);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;

  return run_interruptibly([&](const Interruption& interruption) {
    find_columns(file, columns, options.quiet());
    const data::LabelledPairs pairs = data::read_labelled_pairs(file, columns);
    note_mistakes(pairs.notes, options.quiet());
    eval::require_both_labels(pairs.labels, file);
    const engine::Encoder encoder = choice.load(options.quiet());
    Progress progress(options.terminal(), "embedding", "texts");
    const eval::PairsResult result = eval::evaluate_pairs(
        encoder, pairs, [&](std::size_t texts) { progress.set(texts); }, interruption.token());
    progress.wipe();
    print_report(json_of(result), json, table_of(result));
    return 0;
  });
}

}  // namespace mana::cli
