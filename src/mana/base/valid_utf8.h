#pragma once

#include <string_view>

namespace mana {

/// Whether all of the text is UTF-8 as Unicode defines it: no surrogates, nothing too long, nothing broken off.
bool is_utf8(std::string_view text);

}  // namespace mana
