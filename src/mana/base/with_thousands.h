#pragma once

#include <cstdint>
#include <string>

namespace mana {

/// 176,357,376
std::string with_thousands(std::uint64_t number);

}  // namespace mana
