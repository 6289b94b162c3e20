#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mana/models/shape/model_shape.h"

namespace mana::cli {

/// What `mana inspect --shape` prints for a program, and for people.
nlohmann::ordered_json json_of(const models::ModelShape& shape);
std::string table_of(const models::ModelShape& shape);

}  // namespace mana::cli
