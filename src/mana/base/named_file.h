#pragma once

#include <filesystem>

namespace mana {

/// Whether the open file is still the one of that name; not that of a link. To be asked under its lock: who held it
/// before may have renamed or removed it.
bool has_name(int descriptor, const std::filesystem::path& path);

}  // namespace mana
