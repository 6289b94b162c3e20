#pragma once

#include <filesystem>
#include <string>

namespace mana {

/// The name beside `path` under which it is written until it is whole. Another `attempt` is another name.
std::filesystem::path unfinished_name(const std::filesystem::path& path, int attempt);

/// Takes what stands open under an unfinished name for this process, as long as the descriptor is open. False where
/// another process took it for a leftover first and removed it: then another name does.
bool hold_unfinished(int descriptor);

/// Removes what processes that were killed left of this file or folder while they wrote it: what has an unfinished name
/// and is held by nobody. Where a folder had stepped aside for another that never came, it has its name again.
void remove_leftovers(const std::filesystem::path& path);

}  // namespace mana
