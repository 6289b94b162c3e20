#pragma once

#include <span>
#include <string>

#include "mana/data/column_meaning.h"

namespace mana::cli {

/// A column that an option names, and what is known of it.
struct ColumnChoice {
  std::string& name;       ///< what the option says
  std::string_view usual;  ///< what it says where it was not given
  data::ColumnMeaning meaning;
};

/// Where an option was not given and no column has the usual name, takes the one whose name means the same:
/// "Similarity" for score, "text1" for sentence1. Tells so, unless it is `quiet`. Where there is none, or there are
/// several, the names stay, and the reader says what is missing. Throws IoError, FormatError.
void find_columns(const std::string& file, std::span<const ColumnChoice> choices, bool quiet);

}  // namespace mana::cli
