#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "mana/base/progress.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/model_options.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/scored_pairs.h"
#include "mana/engine/encoder.h"
#include "mana/eval/correlation.h"
#include "mana/eval/sts.h"

namespace mana::cli {

int eval_sts(Options& options) {
  std::string data;
  data::PairColumns columns;
  EncoderChoice choice;
  bool json = false;
  options.option("--data", "FILE", "A table with a header (.tsv, .csv), or JSON: a score and two texts in each row",
                 data);
  options.require("--data");
  options.option("--score", "COLUMN", "The column of the scores", columns.score);
  options.option("--text-a", "COLUMN", "The column of the first texts", columns.first);
  options.option("--text-b", "COLUMN", "The column of the second texts", columns.second);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;

  return run_interruptibly([&](const Interruption& interruption) {
    find_columns(data, columns, options.quiet());
    const data::ScoredPairs pairs = data::read_scored_pairs(data, columns);
    note_mistakes(pairs.notes, options.quiet());
    eval::require_different(pairs.scores, "scores", data);
    const engine::Encoder encoder = choice.load(options.quiet());
    Progress progress(options.terminal(), "embedding", "texts", 2 * pairs.size());
    const eval::StsResult result = eval::evaluate_sts(
        encoder, pairs, [&](std::size_t texts) { progress.set(texts); }, interruption.token());
    progress.wipe();

    if (std::isnan(result.spearman)) {
      throw ArgumentError(fmt::format(
          "the model gives all {} pairs the same cosine, so nothing can be correlated with the scores", result.pairs));
    }
    constexpr double kPercent = 100;
    print_report({{"task", "sts"},
                  {"pairs", result.pairs},
                  {"spearman", kPercent * result.spearman},
                  {"pearson", kPercent * result.pearson},
                  {"truncated", result.truncated}},
                 json, {.width = 10, .hidden = "task"});
    return 0;
  });
}

}  // namespace mana::cli
