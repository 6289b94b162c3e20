#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/base/printable.h"
#include "mana/base/progress.h"
#include "mana/cli/shell/column_choice.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/json_text.h"
#include "mana/cli/shell/line_output.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/shell/query_encoders.h"
#include "mana/cli/shell/replaceable_file.h"
#include "mana/cli/shell/text_input.h"
#include "mana/cli/train/mine_report.h"
#include "mana/data/positive_pairs.h"
#include "mana/eval/embed_texts.h"
#include "mana/mine/hard_negatives.h"
#include "mana/mine/negative_rows.h"

namespace mana::cli {
namespace {

struct MineOptions {
  std::string data;
  data::PositivePairColumns columns;
  std::optional<std::string> corpus;
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
    options.option(
        "--corpus", "FILE",
        "Texts to search in beside the positives: one a line, or the field or column text of JSON or a table", corpus);
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

  bool writes_json() const {
    const std::string ending = ending_of(output);
    if (ending == ".jsonl" || ending == ".ndjson") return true;
    if (ending != ".tsv") require_no_other_form(output, ".tsv and .jsonl", "");
    return false;
  }

  /// Throws ArgumentError when a file would be lost that is to be read, or that is nothing of ours.
  void require_safe_output() const {
    std::vector<GivenPath> inputs = {{"--data", data}, {"--model", encoders.model.folder()}};
    add_path(inputs, "--corpus", corpus);
    require_apart({{"--output", output}}, inputs);
    if (writes_json()) return require_own_kind(output, "mined rows in JSON lines", begins_as_mined_lines, force);
    require_own_kind(output, "a table of mined rows", begins_as_mined_table, force);
  }
};

std::vector<std::string> read_corpus(const std::string& path, bool quiet, const std::stop_token& stop) {
  TextInput input;
  input.input = path;
  std::vector<std::string> texts;
  const data::TextSource source = input.open(stop);
  for (std::string text; source(text);) texts.push_back(text);
  if (texts.empty()) throw ArgumentError(fmt::format("{} holds no text", path));
  input.note_mistakes(quiet);
  return texts;
}

void require_fields(const data::DistinctTexts& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].find_first_of("\t\n\r") == std::string::npos) continue;
    throw ArgumentError(
        fmt::format("a text has a tab or a line end in it, which a table cannot hold: {}; give an "
                    "--output that ends in .jsonl",
                    printable(texts[i])));
  }
}

/// Rows as lines of a table or of JSON.
class RowLines {
 public:
  RowLines(std::vector<std::string> columns, bool json, LineOutput& output)
      : columns_(std::move(columns)), json_(json), output_(output) {
    if (!json_) lines_ = fmt::format("{}\n", fmt::join(columns_, "\t"));
  }

  void put(std::span<const std::string_view> row) {
    if (json_) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        lines_ += i == 0 ? '{' : ',';
        append_string(lines_, columns_[i]);
        lines_ += ':';
        if (columns_[i] == "label") {
          lines_ += row[i];
        } else {
          append_string(lines_, row[i]);
        }
      }
      lines_ += "}\n";
    } else {
      lines_ += fmt::format("{}\n", fmt::join(row, "\t"));
    }
    ++rows_;
    constexpr std::size_t kBlock = std::size_t{1} << 20;
    if (lines_.size() > kBlock) flush();
  }

  void flush() {
    output_.write(lines_);
    lines_.clear();
  }

  std::size_t rows() const { return rows_; }

 private:
  std::vector<std::string> columns_;
  bool json_;
  LineOutput& output_;
  std::string lines_;
  std::size_t rows_ = 0;
};

void mine_to_file(MineOptions& options, bool quiet, const std::stop_token& stop) {
  find_columns(options.data, options.columns, quiet);
  const data::PositivePairs pairs = data::read_positive_pairs(options.data, options.columns);
  note_mistakes(pairs.notes, quiet);
  const mine::MiningSet set(pairs,
                            options.corpus ? read_corpus(*options.corpus, quiet, stop) : std::vector<std::string>{});
  if (!options.writes_json()) {
    require_fields(set.anchors());
    require_fields(set.corpus());
  }
  LineOutput output(options.output);
  const QueryEncoders encoders = options.encoders.load(quiet);
  const int terminal = quiet ? -1 : STDERR_FILENO;
  Progress progress(terminal, "embedding", "texts", set.anchors().size() + set.corpus().size());
  const engine::Embeddings anchors = eval::embed_texts(
      encoders.queries, set.anchors().texts(), [&](std::size_t texts) { progress.set(texts); }, stop);
  const engine::Embeddings corpus = eval::embed_texts(
      encoders.documents(), set.corpus().texts(), [&](std::size_t texts) { progress.set(anchors.size() + texts); },
      stop);
  progress.wipe();

  Team team(encoders.queries.threads());
  const mine::HardNegatives mined =
      mine::mine_hard_negatives(set, anchors, corpus, encoders.queries.folder().similarity, options.mining, team, stop);
  RowLines lines(mine::row_columns(options.kind, options.mining.count), options.writes_json(), output);
  mine::for_each_row(set, mined, options.kind, options.mining.count,
                     [&](std::span<const std::string_view> row) { lines.put(row); });
  const MinedNegatives found{set, mined, mine::row_scores(mined, options.kind, options.mining.count), lines.rows(),
                             eval::truncated_texts(anchors) + eval::truncated_texts(corpus)};
  if (found.scores.negative.empty()) {
    throw ArgumentError(
        "no negatives were found, so nothing was written; raise --to or --max-score, lower the margins, or give a "
        "--corpus with more texts");
  }
  lines.flush();
  output.commit();
  const std::string report = options.json ? json_of(found).dump() + "\n" : table_of(found);
  if (options.output == "-") {
    if (!quiet) note(report);
  } else {
    print(report);
  }
}

}  // namespace

int mine_negatives(Options& options) {
  MineOptions chosen;
  chosen.describe(options);
  if (!options.parse()) return 0;
  chosen.require_safe_output();
  chosen.encoders.options();  // a mistake there comes before the reading of the data
  return run_interruptibly(
      [&](const Interruption& interruption) {
        mine_to_file(chosen, options.quiet(), interruption.token());
        return 0;
      },
      "mana: interrupted; nothing was written");
}

}  // namespace mana::cli
