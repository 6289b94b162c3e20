#include "mana/data/scored_pairs.h"

#include "mana/data/record_reader.h"

namespace mana::data {

ScoredPairs read_scored_pairs(const std::filesystem::path& path, const PairColumns& columns) {
  RecordReader rows(path, {columns.score, columns.first, columns.second});
  ScoredPairs pairs;
  while (rows.next()) {
    pairs.scores.push_back(rows.number(0));
    pairs.first.push_back(rows.text(1));
    pairs.second.push_back(rows.text(2));
  }
  pairs.notes = rows.notes();
  return pairs;
}

}  // namespace mana::data
