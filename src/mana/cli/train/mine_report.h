#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mana/jobs/mine_negatives.h"

namespace mana::cli {

/// Counts, and what the similarities are like: as JSON, and as a table for people.
nlohmann::ordered_json json_of(const jobs::MinedNegatives& found);
std::string table_of(const jobs::MinedNegatives& found);

}  // namespace mana::cli
