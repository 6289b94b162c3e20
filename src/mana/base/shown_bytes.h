#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace mana {

/// A code point or a byte as it is shown to people.
struct ShownBytes {
  std::array<char, 6> bytes{};
  std::size_t size = 0;

  std::string_view text() const noexcept { return {bytes.data(), size}; }
};

/// A code point as it may stand in a line that a program prints: what ends a line or steers a terminal is \xNN or
/// \uNNNN (escaped() of printable.h says which), anything else stays as it is.
ShownBytes escaped_code_point(std::string_view code_point) noexcept;
/// \xNN
ShownBytes escaped_byte(char byte) noexcept;

}  // namespace mana
