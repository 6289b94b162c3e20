#pragma once

#include <cstdint>

namespace mana::text {

/// Unicode's general categories, as far as they are told apart here: N, P, S, and all others.
enum class GeneralCategory : std::uint8_t { other, number, punctuation, symbol };

GeneralCategory general_category(char32_t c);

}  // namespace mana::text
