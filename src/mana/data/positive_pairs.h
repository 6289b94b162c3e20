#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "mana/data/reading_notes.h"

namespace mana::data {

/// Pairs of texts that belong together: a question and its answer, a text and its paraphrase. Equally long lists.
struct PositivePairs {
  std::vector<std::string> anchors;
  std::vector<std::string> positives;
  ReadingNotes notes = {};

  std::size_t size() const { return anchors.size(); }
};

/// The columns that hold them.
struct PositivePairColumns {
  std::string anchor = "anchor";
  std::string positive = "positive";
};

/// Reads a table with a header, or JSON lines (.jsonl). Throws IoError, ArgumentError for a column that does not exist,
/// FormatError that names the line of a mistake (an empty text is one), or when there are no rows.
PositivePairs read_positive_pairs(const std::filesystem::path& path, const PositivePairColumns& columns = {});

}  // namespace mana::data
