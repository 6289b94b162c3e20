#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mana/data/reading_notes.h"

namespace mana::data {

/// Pairs of texts, each with a judgement of how alike they are. The three lists are equally long.
struct ScoredPairs {
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::vector<double> scores;
  ReadingNotes notes = {};

  std::size_t size() const { return scores.size(); }
};

/// The columns that hold the pairs.
struct PairColumns {
  std::string score = "score";
  std::string first = "sentence1";
  std::string second = "sentence2";
};

/// Reads a table with a header, or JSON lines (.jsonl). Throws IoError, ArgumentError for a column that does not exist,
/// FormatError that names line and column for a score that is no finite number.
ScoredPairs read_scored_pairs(const std::filesystem::path& path, const PairColumns& columns = {});

}  // namespace mana::data
