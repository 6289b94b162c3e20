#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/base/progress.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/file_kinds.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/line_output.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/query_encoder_options.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/mine_report.h"
#include "mana/data/positive_pairs.h"
#include "mana/jobs/mine_negatives.h"

namespace mana::cli {
namespace {

struct MineOptions {
  std::string data;
  data::PositivePairColumns columns;
  TextInput corpus;
  std::string output;
  mine::RowKind kind = mine::RowKind::triplet;
  mine::HardNegativeOptions mining;
  bool json = false;
  bool force = false;
  QueryEncoderChoice encoders;

  void describe(Options& options) {
    options.option("--data", "FILE", "Pairs that belong together: a table with a header (.tsv, .csv), or JSON", data);
    options.require("--data");
    options.option("--anchor", "COLUMN", "The column of the anchors", columns.anchor);
    options.option("--positive", "COLUMN", "The column of the texts that belong to them", columns.positive);
    options.option("--corpus", "FILE", "Texts to search in beside the positives: one a line, JSON, or a table",
                   corpus.input);
    options.option("--corpus-column", "NAME", "Its column or field that holds the texts (default: text)",
                   corpus.column);
    options.option("--output", "FILE", "Where the rows go: .jsonl, or a table (.tsv); - is standard output", output);
    options.require("--output");
    options.flag("--force", "Replace a file that holds something else than such rows", force);
    options.choice<mine::RowKind>(
        "--format", "A row: one negative, all negatives of a pair, or a pair with the label 1 or 0",
        {{"triplet", mine::RowKind::triplet}, {"tuple", mine::RowKind::tuple}, {"pairs", mine::RowKind::pairs}}, kind);
    options.flag("--json", "Print what was found as a JSON object", json);
    options.group("Which texts are negatives");
    options.option("--count", "N", "How many for each anchor", mining.count);
    options.option("--from", "RANK", "Pass over so many of the most alike", mining.from);
    options.option("--to", "RANK", "Look at so many of the most alike; without it, at as many as are likely to do",
                   mining.to);
    options.option("--margin", "X", "A negative is less alike than the anchor's positives by X at least",
                   mining.absolute_margin);
    options.option("--relative-margin", "X", "The same, by this part of the positive's similarity: 0.05",
                   mining.relative_margin);
    options.option("--max-score", "X", "A negative is at most so alike", mining.max_score);
    options.option("--min-score", "X", "A negative is at least so alike", mining.min_score);
    options.choice<mine::Sampling>("--sample", "Take the most alike, or any at random",
                                   {{"top", mine::Sampling::top}, {"random", mine::Sampling::random}}, mining.sampling);
    options.option("--seed", "N", "Of what is taken at random", mining.seed);
    encoders.describe(options, "anchor", "text of the corpus");
  }

  jobs::RowForm form() const {
    const std::string ending = ending_of_unpacked(output);
    if (ending == ".jsonl" || ending == ".ndjson") return jobs::RowForm::json_lines;
    if (ending != ".tsv") require_no_other_form(output, ".tsv and .jsonl (packed: .gz or .zst behind them)", "");
    return jobs::RowForm::table;
  }

  jobs::MineNegativesOptions job() const {
    return {encoders.model.folder(), encoders.options(), encoders.prompts, mining, kind, form()};
  }

  /// Throws ArgumentError when a file would be lost that is to be read, or that is nothing of ours.
  void require_safe_output() const {
    std::vector<GivenPath> inputs = {{"--data", data}, {"--model", encoders.model.folder()}};
    add_path(inputs, "--corpus", corpus.input);
    require_apart({{"--output", output}}, inputs);
    if (form() == jobs::RowForm::table) {
      return require_own_kind(output, "a table of mined rows", is_mined_table, force);
    }
    require_own_kind(output, "mined rows in JSON lines", is_mined_lines, force);
  }
};

void mine_to_file(MineOptions& options, const Options& shell, const std::stop_token& stop) {
  const bool quiet = shell.quiet();
  find_columns(options.data, options.columns, quiet);
  const data::PositivePairs pairs = data::read_positive_pairs(options.data, options.columns);
  note_mistakes(pairs.notes, quiet);
  const std::vector<std::string> corpus =
      options.corpus.input ? options.corpus.read_all(quiet, stop) : std::vector<std::string>{};
  LineOutput output(options.output);
  Progress progress(shell.terminal(), "embedding", "texts");
  jobs::MineNegativesEvents events;
  events.loaded = [&](const jobs::QueryEncoders& encoders) { print_notes(encoders.queries, quiet); };
  events.embedded = [&](std::size_t done, std::size_t total) {
    progress.set_total(total);
    progress.set(done);
  };
  const jobs::MinedNegatives found = jobs::mine_negatives(pairs, corpus, options.job(), events, stop);
  progress.wipe();
  jobs::write_rows(found, options.form(), [&](std::string_view lines) { output.write(lines); });
  output.commit();
  const std::string report = options.json ? json_of(found).dump() + "\n" : table_of(found);
  if (options.output != "-") return print(report);
  if (!quiet) note_lines(report);
}

}  // namespace

int mine_negatives(Options& options) {
  MineOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  options.refuse_unless(chosen.corpus.input.has_value(), {"--corpus-column"}, "--corpus");
  chosen.require_safe_output();
  chosen.encoders.options();  // a mistake there comes before the reading of the data
  return run_interruptibly(
      [&](const Interruption& interruption) {
        mine_to_file(chosen, options, interruption.token());
        return 0;
      },
      "mana: interrupted; nothing was written");
}

}  // namespace mana::cli
