#include "mana/jobs/mine_negatives.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/base/team.h"
#include "mana/eval/embed_texts.h"
#include "mana/jobs/json_text.h"

namespace mana::jobs {
namespace {

void require_fields(const data::DistinctTexts& texts) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].find_first_of("\t\n\r") == std::string::npos) continue;
    throw ArgumentError(
        fmt::format("a text has a tab or a line end in it, which a table cannot hold: {}; give an "
                    "`output` that ends in .jsonl",
                    printable(texts[i])));
  }
}

std::size_t count_rows(const MinedNegatives& found) {
  std::size_t rows = 0;
  mine::for_each_row(*found.set, found.mined, found.kind, found.negatives,
                     [&](std::span<const std::string_view>) { ++rows; });
  return rows;
}

std::string json_line(std::span<const std::string> columns, std::span<const std::string_view> row) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += i == 0 ? '{' : ',';
    append_string(line, columns[i]);
    line += ':';
    if (columns[i] == "label") {
      line += row[i];
    } else {
      append_string(line, row[i]);
    }
  }
  return line + "}\n";
}

}  // namespace

MinedNegatives mine_negatives(const data::PositivePairs& pairs, std::span<const std::string> corpus,
                              const MineNegativesOptions& options, const MineNegativesEvents& events,
                              const std::stop_token& stop) {
  MinedNegatives found{.set = std::make_shared<const mine::MiningSet>(pairs, corpus),
                       .kind = options.kind,
                       .negatives = options.mining.count};
  const mine::MiningSet& set = *found.set;
  if (options.form == RowForm::table) {
    require_fields(set.anchors());
    require_fields(set.corpus());
  }
  const QueryEncoders encoders = load_query_encoders(options.model, options.encoder, options.prompts);
  events.loaded(encoders);
  const std::size_t total = set.anchors().size() + set.corpus().size();
  const engine::Embeddings anchors = eval::embed_texts(
      encoders.queries, set.anchors().texts(), [&](std::size_t texts) { events.embedded(texts, total); }, stop);
  const engine::Embeddings texts = eval::embed_texts(
      encoders.documents(), set.corpus().texts(),
      [&](std::size_t done) { events.embedded(anchors.size() + done, total); }, stop);
  found.truncated = eval::truncated_texts(anchors) + eval::truncated_texts(texts);

  Team team(encoders.queries.threads());
  mine::HardNegativeOptions mining = options.mining;
  mining.isa = encoders.queries.isa();
  found.mined =
      mine::mine_hard_negatives(set, anchors, texts, encoders.queries.folder().similarity, mining, team, stop);
  found.scores = mine::row_scores(found.mined, options.kind, options.mining.count);
  if (found.scores.negative.empty()) {
    throw ArgumentError(
        "no negatives were found, so nothing was written; raise `to` or `max_score`, lower the margins, or give a "
        "`corpus` with more texts");
  }
  found.rows = count_rows(found);
  return found;
}

void write_rows(const MinedNegatives& found, RowForm form, const std::function<void(std::string_view)>& put) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  const std::vector<std::string> columns = mine::row_columns(found.kind, found.negatives);
  const bool json = form == RowForm::json_lines;
  std::string lines = json ? "" : fmt::format("{}\n", fmt::join(columns, "\t"));
  mine::for_each_row(*found.set, found.mined, found.kind, found.negatives, [&](std::span<const std::string_view> row) {
    lines += json ? json_line(columns, row) : fmt::format("{}\n", fmt::join(row, "\t"));
    if (lines.size() > kBlock) put(std::exchange(lines, {}));
  });
  put(lines);
}

}  // namespace mana::jobs
