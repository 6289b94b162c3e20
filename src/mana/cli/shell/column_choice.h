#pragma once

#include <string>

#include "mana/data/labelled_pairs.h"
#include "mana/data/labelled_texts.h"
#include "mana/data/positive_pairs.h"
#include "mana/data/scored_pairs.h"
#include "mana/data/triplets.h"

namespace mana::cli {

// Columns that options name. Where an option was not given and no column has the usual name, find_columns() takes the
// one whose name means the same (data/column_meaning.h): "Similarity" for score, "text1" for sentence1. It tells so,
// unless it is `quiet`. Where there is none, or there are several, the names stay, and the reader says what is missing.
// Throws IoError, FormatError.

void find_columns(const std::string& file, data::PairColumns& columns, bool quiet);
void find_columns(const std::string& file, data::LabelledPairColumns& columns, bool quiet);
void find_columns(const std::string& file, data::TripletColumns& columns, bool quiet);
void find_columns(const std::string& file, data::PositivePairColumns& columns, bool quiet);
void find_columns(const std::string& file, data::LabelColumns& columns, bool quiet);

}  // namespace mana::cli
