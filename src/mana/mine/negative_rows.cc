#include "mana/mine/negative_rows.h"

#include <fmt/format.h>

#include <array>

namespace mana::mine {

std::vector<std::string> row_columns(RowKind kind, std::size_t negatives) {
  switch (kind) {
    case RowKind::triplet: return {"anchor", "positive", "negative"};
    case RowKind::pairs: return {"label", "sentence1", "sentence2"};
    case RowKind::tuple: break;
  }
  std::vector<std::string> columns = {"anchor", "positive"};
  for (std::size_t i = 1; i <= negatives; ++i) columns.push_back(fmt::format("negative_{}", i));
  return columns;
}

void for_each_row(const MiningSet& set, const HardNegatives& mined, RowKind kind, std::size_t negatives,
                  const std::function<void(std::span<const std::string_view>)>& put) {
  std::vector<std::string_view> row;
  for (std::size_t number = 0; number < set.anchors().size(); ++number) {
    const std::string_view anchor = set.anchors()[number];
    const std::vector<search::Hit>& found = mined.negatives[number];
    if (kind == RowKind::tuple && found.size() < negatives) continue;
    for (const std::uint32_t each : set.positives(number)) {
      const std::string_view positive = set.corpus()[each];
      if (kind == RowKind::pairs) put(std::array<std::string_view, 3>{"1", anchor, positive});
      if (kind == RowKind::tuple) {
        row = {anchor, positive};
        for (const search::Hit& hit : found) row.emplace_back(set.corpus()[hit.document]);
        put(row);
      }
      if (kind != RowKind::triplet) continue;
      for (const search::Hit& hit : found) {
        put(std::array<std::string_view, 3>{anchor, positive, set.corpus()[hit.document]});
      }
    }
    if (kind != RowKind::pairs) continue;
    for (const search::Hit& hit : found) put(std::array<std::string_view, 3>{"0", anchor, set.corpus()[hit.document]});
  }
}

RowScores row_scores(const HardNegatives& mined, RowKind kind, std::size_t negatives) {
  RowScores scores;
  for (std::size_t anchor = 0; anchor < mined.negatives.size(); ++anchor) {
    const std::vector<search::Hit>& found = mined.negatives[anchor];
    for (const float positive : mined.positive[anchor]) {
      scores.positive.push_back(positive);
      scores.wanted += negatives;
      if (kind == RowKind::tuple && found.size() < negatives) continue;
      for (const search::Hit& hit : found) {
        scores.negative.push_back(hit.similarity);
        scores.difference.push_back(positive - hit.similarity);
      }
    }
  }
  return scores;
}

}  // namespace mana::mine
