#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "mana/data/training_rows.h"

namespace mana::data {

/// What the columns of a file are taken for.
struct TrainingColumns {
  std::vector<std::string> texts;
  std::vector<std::string> labels;
  std::vector<std::string> unused;   ///< ids, labels that nobody wants
  std::vector<std::string> guessed;  ///< those of `texts` whose names say nothing: they stand where they stood
};

/// Decides on the columns of `path`, whose names are `names`. Columns that the format names are taken as it names them.
/// Else names that everybody knows (column_meaning.h) stand where their meaning says, whatever their order in the file:
/// an anchor before its positive before its negatives, a score beside the texts, an id nowhere. Names that say nothing
/// take what places are left, in their order, where there is one way to do so.
///
/// Throws FormatError, with the columns and the way out, where columns are missing, where two claim the same place, or
/// where a further column is beside those that are known and nothing says whether it is a text.
TrainingColumns settle_columns(const std::filesystem::path& path, const std::vector<std::string>& names,
                               const RowFormat& format);

/// The columns and their roles, for people: {"question", "anchor"}, …, {"id", "not used"}.
std::vector<ColumnRole> column_roles(const TrainingColumns& columns, const RowFormat& format);

}  // namespace mana::data
