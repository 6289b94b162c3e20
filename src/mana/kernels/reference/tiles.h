#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "mana/kernels/reference/activation.h"
#include "mana/tensor/dtype.h"

namespace mana::kernels::reference {

/// What is subnormal counts as zero, of its sign.
inline float normal_or_zero(float x) {
  return std::abs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x;
}

/// linear_bf16() in the order of a matrix unit (TDPBF16PS in Intel's Software Developer's Manual): of every 32 inputs
/// the even ones are summed apart from the odd ones, by fused multiply-adds from zero on; both sums together are added
/// to the element. What is subnormal is zero wherever it is read or written.
inline void linear_bf16_tiles(const float* x, std::size_t rows, const std::uint16_t* weights, const float* bias,
                              std::size_t inputs, std::size_t outputs, Activation activation, float* y,
                              std::size_t y_stride) {
  constexpr std::size_t kTileInputs = 32;
  for (std::size_t m = 0; m < rows; ++m) {
    for (std::size_t n = 0; n < outputs; ++n) {
      float sum = normal_or_zero(bias[n]);
      for (std::size_t first = 0; first < inputs; first += kTileInputs) {
        float part[2] = {0, 0};
        for (std::size_t k = first; k < std::min(first + kTileInputs, inputs); ++k) {
          const float left = normal_or_zero(bfloat16_to_float(float_to_bfloat16(x[m * inputs + k])));
          const float right = normal_or_zero(bfloat16_to_float(weights[n * inputs + k]));
          part[k % 2] = normal_or_zero(std::fma(left, right, part[k % 2]));
        }
        sum = normal_or_zero(sum + normal_or_zero(part[0] + part[1]));
      }
      y[m * y_stride + n] = activate(activation, sum);
    }
  }
}

}  // namespace mana::kernels::reference
