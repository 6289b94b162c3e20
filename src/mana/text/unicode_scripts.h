#pragma once

#include <cstdint>

namespace mana::text {

/// The number of the script that the reference's UnicodeScripts takes a code point to be of; 0: any. Hiragana and
/// Katakana are Han there.
std::uint8_t script_of(char32_t c);

}  // namespace mana::text
