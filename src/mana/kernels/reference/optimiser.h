#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "mana/kernels/gradients.h"

namespace mana::kernels::reference {

/// AdamWCall, its roundings in the order that every level keeps to.
inline void adamw(const AdamWCall& call) {
  for (std::size_t i = 0; i < call.count; ++i) {
    const float g = call.gradient_factor * call.gradient[i];
    const float m = std::fma(call.beta1, call.first_moment[i], (1 - call.beta1) * g);
    const float v = std::fma(call.beta2, call.second_moment[i], ((1 - call.beta2) * g) * g);
    const float root = std::fma(std::sqrt(v), call.inverse_correction, call.epsilon);
    call.first_moment[i] = m;
    call.second_moment[i] = v;
    call.values[i] = std::fma(-call.step_size, m / root, call.decay_factor * call.values[i]);
  }
}

/// Σ x² in double: 16 sums, of which sum l takes every 16th value from l on, then joined by halves.
inline double sum_of_squares(const float* x, std::size_t count) {
  std::array<double, 16> sums = {};
  for (std::size_t i = 0; i < count; ++i) sums[i % 16] = std::fma(double{x[i]}, double{x[i]}, sums[i % 16]);
  for (std::size_t half = 8; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

}  // namespace mana::kernels::reference
