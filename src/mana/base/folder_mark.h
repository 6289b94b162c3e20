#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace mana {

/// The file in a folder of ours that says which files were written into it, and how long each is.
constexpr std::string_view kFolderMark = ".mana-folder";

/// Marks a folder that is complete. Throws IoError.
void write_folder_mark(const std::filesystem::path& folder);

/// What would be lost if a folder that is not empty were replaced by a new one: a file that was put there, or came to
/// another length, since the folder was written; the mark where there is none, for then nothing says that any of it is
/// ours. Nothing where all of it is.
std::optional<std::filesystem::path> find_unmarked(const std::filesystem::path& folder);

}  // namespace mana
