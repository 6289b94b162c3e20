#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "mana/base/progress.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/query_encoder_options.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/shell/text_input.h"
#include "mana/data/triplets.h"
#include "mana/eval/triplets.h"

namespace mana::cli {

int eval_triplet(Options& options) {
  std::string file;
  data::TripletColumns columns;
  float margin = 0;
  QueryEncoderChoice choice;
  bool json = false;
  options.option("--data", "FILE",
                 "A table with a header (.tsv, .csv), or JSON: an anchor, a positive and a negative in each row", file);
  options.require("--data");
  options.option("--anchor", "COLUMN", "The column of the anchors", columns.anchor);
  options.option("--positive", "COLUMN", "The column of texts that belong to them", columns.positive);
  options.option("--negative", "COLUMN", "The column of texts that do not", columns.negative);
  options.option("--margin", "X", "By how much the positive must be more alike", margin);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options, "anchor", "positive and negative");
  if (!options.parse()) return 0;
  choice.options();  // a mistake there comes before the reading of the data

  return run_interruptibly([&](const Interruption& interruption) {
    find_columns(file, columns, options.quiet());
    const data::Triplets triplets = data::read_triplets(file, columns);
    note_mistakes(triplets.notes, options.quiet());
    const jobs::QueryEncoders encoders = choice.load(options.quiet());
    Progress progress(options.terminal(), "embedding", "texts");
    const eval::TripletsResult result = eval::evaluate_triplets(
        encoders.queries, encoders.documents(), triplets, margin, [&](std::size_t texts) { progress.set(texts); },
        interruption.token());
    progress.wipe();

    constexpr double kPercent = 100;
    nlohmann::ordered_json object = {{"task", "triplet"}, {"triplets", result.triplets}};
    std::string lines = fmt::format("triplets   {}\ntruncated  {}\n", result.triplets, result.truncated);
    for (const auto& [measure, accuracy] : result.accuracy) {
      object[fmt::format("{}_accuracy", formats::name_of(measure))] = kPercent * accuracy;
      lines += fmt::format("{:<11}{:.4f}\n", formats::name_of(measure), kPercent * accuracy);
    }
    object["truncated"] = result.truncated;
    print_report(object, json, lines);
    return 0;
  });
}

}  // namespace mana::cli
