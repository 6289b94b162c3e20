#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mana/train/sentence/token_rows.h"

namespace mana::jobs {

// What the columns of a file of rows were taken for, as it is told before training and in what training leaves.

/// "pairs.tsv: 8 rows", then a line for each column with its role before it: "  anchor    question".
std::string table_of_columns(const std::string& file, std::size_t rows, const std::vector<data::ColumnRole>& columns);
/// "anchor = question, positive; not used: id"
std::string sentence_of_columns(const train::TokenRows& rows);
}  // namespace mana::jobs
