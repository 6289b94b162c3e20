#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mana::engine {

/// Whether no number is infinite or NaN. Costs as much as a copy.
inline bool all_finite(std::span<const float> vector) {
  constexpr std::uint32_t kExponent = 0x7f800000;
  std::uint32_t broken = 0;
  for (const float value : vector) {
    const auto bits = __builtin_bit_cast(std::uint32_t, value);
    broken |= static_cast<std::uint32_t>((bits & kExponent) == kExponent);
  }
  return broken == 0;
}

/// A vector that is no vector: refused wherever it leaves a model, for whatever is done with it looks like a result.
struct BrokenVector {
  std::size_t number = 0;         ///< of its text in the input, from 0
  std::string_view text;          ///< as it was given
  std::span<const float> vector;  ///< with a number that is not finite
  std::string model;              ///< the folder
  std::string_view precision;     ///< that it was computed in
};

/// Throws FormatError that names the text, the model and the number.
[[noreturn]] void refuse(const BrokenVector& broken);

}  // namespace mana::engine
