#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "mana/data/reading_notes.h"

namespace mana::data {

/// Texts, each with one that belongs to it and one that does not. The three lists are equally long.
struct Triplets {
  std::vector<std::string> anchors;
  std::vector<std::string> positives;
  std::vector<std::string> negatives;
  ReadingNotes notes = {};

  std::size_t size() const { return anchors.size(); }
};

/// The columns that hold them.
struct TripletColumns {
  std::string anchor = "anchor";
  std::string positive = "positive";
  std::string negative = "negative";
};

/// Reads a table with a header, or JSON lines (.jsonl). Throws IoError, ArgumentError for a column that does not exist,
/// FormatError that names the line of a mistake, or when there are no rows.
Triplets read_triplets(const std::filesystem::path& path, const TripletColumns& columns = {});

}  // namespace mana::data
