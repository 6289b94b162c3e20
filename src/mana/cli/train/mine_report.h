#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mana/mine/hard_negatives.h"
#include "mana/mine/mining_set.h"
#include "mana/mine/negative_rows.h"

namespace mana::cli {

/// What was found, for a report.
struct MinedNegatives {
  const mine::MiningSet& set;
  const mine::HardNegatives& mined;
  mine::RowScores scores;
  std::size_t rows = 0;
  std::size_t truncated = 0;  ///< texts of which some did not reach the vector
};

/// Counts, and what the similarities are like: as JSON, and as a table for people.
nlohmann::ordered_json json_of(const MinedNegatives& found);
std::string table_of(const MinedNegatives& found);

}  // namespace mana::cli
