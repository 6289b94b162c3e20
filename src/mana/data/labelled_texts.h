#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "mana/data/reading_notes.h"

namespace mana::data {

/// Texts, each with the name of its class. The two lists are equally long.
struct LabelledTexts {
  std::vector<std::string> texts;
  std::vector<std::string> labels;
  ReadingNotes notes = {};

  std::size_t size() const { return texts.size(); }
};

/// The columns that hold them.
struct LabelColumns {
  std::string label = "label";
  std::string text = "text";
};

/// Reads a table with a header, or JSON lines (.jsonl), where a label may be a whole number. Throws IoError,
/// ArgumentError for a column that does not exist, FormatError for a row with too few or too many fields, an empty
/// label or no rows.
LabelledTexts read_labelled_texts(const std::filesystem::path& path, const LabelColumns& columns = {});

}  // namespace mana::data
