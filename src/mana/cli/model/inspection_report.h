#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mana/jobs/inspect.h"

namespace mana::cli {

/// What `mana inspect` prints for a program, and of that what it prints for people.
nlohmann::ordered_json json_of(const jobs::Inspection& model);
std::string table_of(const nlohmann::ordered_json& about);

}  // namespace mana::cli
