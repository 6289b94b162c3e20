#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace mana::kernels {

/// A row of inputs as 8 bits: x_k ≈ step · u_k + least, u_k = round((x_k - least) / step) in [0, 255]. The range is the
/// row's own, so a text's values do not depend on its neighbours, and skewed rows (behind a GELU) use all of it.
struct RowRange {
  float step;
  float least;

  /// That of a row with a number that is not finite: all its products are NaN.
  static constexpr RowRange none() {
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    return {kNaN, kNaN};
  }

  /// 1 / step; of a row without a range zero, so that all its u are.
  float inverse() const { return step >= std::numeric_limits<float>::min() ? 1.0f / step : 0.0f; }
};

namespace reference {

/// The range of x [width].
inline RowRange row_range(const float* x, std::size_t width) {
  float least = x[0], most = x[0];
  for (std::size_t k = 0; k < width; ++k) {
    if (!std::isfinite(x[k])) return RowRange::none();
    least = std::min(least, x[k]);
    most = std::max(most, x[k]);
  }
  return {(most - least) * (1.0f / 255), least};
}

/// round(x / step - least / step), by a fused multiply-add; 0 for what is no number, as its row's product is none
/// either.
inline std::uint8_t quantised(float x, RowRange range) {
  const float level = std::fma(x, range.inverse(), -range.least * range.inverse());
  return level > 0 ? static_cast<std::uint8_t>(std::min(std::nearbyint(level), 255.0f)) : std::uint8_t{0};
}

/// The value of a sum Σ_k u_k q_k: step · (scale · sum) + (least · row_sum + bias), by fused multiply-adds.
inline float dequantised(std::int32_t sum, RowRange range, float scale, float row_sum, float bias) {
  return std::fma(range.step, scale * static_cast<float>(sum), std::fma(range.least, row_sum, bias));
}

}  // namespace reference
}  // namespace mana::kernels
