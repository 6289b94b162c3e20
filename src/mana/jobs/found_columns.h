#pragma once

#include <string>

#include "mana/data/labelled_pairs.h"
#include "mana/data/labelled_texts.h"
#include "mana/data/positive_pairs.h"
#include "mana/data/scored_pairs.h"
#include "mana/data/triplets.h"

namespace mana::jobs {

// Columns by their meaning. Where a name is the usual one and no column has it, find_columns() takes the column whose
// name means the same (data/column_meaning.h): "Similarity" for score, "text1" for sentence1; the sentence that it
// returns says so, and is empty where there was nothing to find. Where there is none, or there are several, the names
// stay, and the reader says what is missing. Throws IoError, FormatError.

std::string find_columns(const std::string& file, data::PairColumns& columns);
std::string find_columns(const std::string& file, data::LabelledPairColumns& columns);
std::string find_columns(const std::string& file, data::TripletColumns& columns);
std::string find_columns(const std::string& file, data::PositivePairColumns& columns);
std::string find_columns(const std::string& file, data::LabelColumns& columns);

}  // namespace mana::jobs
