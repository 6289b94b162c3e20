#pragma once

#include <string>
#include <string_view>

namespace mana {

/// Text of a file as it may stand in a message: control characters as \xNN, so that it cannot steer a terminal, and no
/// longer than 200 bytes, so that a name of a megabyte does not drown what is said about it.
std::string printable(std::string_view text);

}  // namespace mana
