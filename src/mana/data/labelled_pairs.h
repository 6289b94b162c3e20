#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mana/data/reading_notes.h"

namespace mana::data {

/// Pairs of texts, each with word whether the two belong together. The three lists are equally long.
struct LabelledPairs {
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::vector<std::uint8_t> labels;  ///< 1 when they do, else 0
  ReadingNotes notes = {};

  std::size_t size() const { return labels.size(); }
};

/// The columns that hold them.
struct LabelledPairColumns {
  std::string label = "label";
  std::string first = "sentence1";
  std::string second = "sentence2";
};

/// Reads a table with a header, or JSON lines (.jsonl). Throws IoError, ArgumentError for a column that does not exist,
/// FormatError that names line and column for a label that is neither 0 nor 1, or when there are no rows.
LabelledPairs read_labelled_pairs(const std::filesystem::path& path, const LabelledPairColumns& columns = {});

}  // namespace mana::data
