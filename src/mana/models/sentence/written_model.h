#pragma once

#include <filesystem>
#include <optional>

namespace mana::models {

/// What keeps a folder from being replaced by a model: the first file in it (or folder, or link to one) that no model
/// has which is written here, or modules.json where that is missing, so that it is no such model. Nothing where all is
/// of a model, and where the folder is empty. For AtomicFolder.
std::optional<std::filesystem::path> foreign_file(const std::filesystem::path& folder);

}  // namespace mana::models
