#pragma once

#include <string_view>

namespace mana::cli {

/// The project's version, from CMake.
inline constexpr std::string_view kVersion = MANA_VERSION;

}  // namespace mana::cli
