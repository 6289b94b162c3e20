#pragma once

#include <filesystem>
#include <optional>

namespace mana {

/// Gives `from` the name `to`, in one step where the file system can, so that something whole has that name at every
/// moment. Returns where that is now which had the name before, if anything had: at `from`, or, on a file system that
/// cannot exchange two names, at `from` + kAside. Both are on the disk before and after. Throws IoError; then what had
/// the name has it still.
std::optional<std::filesystem::path> exchange(const std::filesystem::path& from, const std::filesystem::path& to);

/// The ending of what stepped aside for another thing of its name.
constexpr const char* kAside = ".old";

}  // namespace mana
