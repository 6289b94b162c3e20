#include "mana/data/scored_pairs.h"

#include <string_view>

#include "mana/data/table_reader.h"

namespace mana::data {

ScoredPairs read_scored_pairs(const std::filesystem::path& path, const PairColumns& columns) {
  TableReader table{LineReader(path)};
  const std::size_t score = table.column(columns.score);
  const std::size_t first = table.column(columns.first);
  const std::size_t second = table.column(columns.second);
  ScoredPairs pairs;
  std::vector<std::string_view> fields;
  while (table.next(fields)) {
    pairs.scores.push_back(table.number(fields[score], columns.score));
    pairs.first.emplace_back(fields[first]);
    pairs.second.emplace_back(fields[second]);
  }
  return pairs;
}

}  // namespace mana::data
