#pragma once

#include <filesystem>
#include <string>

namespace mana::jobs {

/// Sixteen hexadecimal digits that differ when anything does that a model's vectors depend on: the names and bytes of
/// the weights, configurations and vocabularies in its folder and below, not their dates. Reads them all (some tens of
/// milliseconds for 100 MB that the system has in memory). Throws IoError.
std::string digest_of_model(const std::filesystem::path& folder);

}  // namespace mana::jobs
