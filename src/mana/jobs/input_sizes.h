#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace mana::jobs {

/// The sizes of the files together, where all have one.
std::optional<std::uint64_t> total_bytes(const std::vector<std::filesystem::path>& files);

}  // namespace mana::jobs
