#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mana {

/// What the elements of a stored tensor are. The order is that of no file.
enum class DType : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

/// Bytes of one element.
std::size_t size_of(DType dtype);
/// "f32", "bf16", …
std::string_view name_of(DType dtype);
/// IEEE half and bfloat16 to float, exactly.
float half_to_float(std::uint16_t bits);
float bfloat16_to_float(std::uint16_t bits);
/// Rounds to the nearest half or bfloat16, to the even one of two; beyond the range to infinity; NaN stays NaN.
std::uint16_t float_to_half(float value);
std::uint16_t float_to_bfloat16(float value);

}  // namespace mana
