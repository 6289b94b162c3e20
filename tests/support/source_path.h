#pragma once

#include <filesystem>
#include <string_view>

namespace mana {

/// A file or folder of the repository. That its path is known to one source alone lets clones in other folders share
/// the compiler's cache.
std::filesystem::path source_path(std::string_view name);

/// A file or folder of tests/fixtures.
std::filesystem::path fixture_path(std::string_view name = {});

}  // namespace mana
