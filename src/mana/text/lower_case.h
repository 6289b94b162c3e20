#pragma once

#include <string>
#include <string_view>

namespace mana::text {

/// The text in lower case by Unicode's mapping; bytes that are not UTF-8 become U+FFFD.
std::string lower_case(std::string_view text);

}  // namespace mana::text
