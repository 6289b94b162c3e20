#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "mana/kernels/cross_entropy.h"

namespace mana::kernels::reference {

/// LogitSumsCall
inline void logit_sums(const LogitSumsCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    const float* const l = call.logits + row * call.columns;
    LogitSums& sums = call.sums[row];
    const float largest = std::max(sums.largest, *std::max_element(l, l + call.columns));
    if (sums.exponentials != 0) sums.exponentials *= std::exp(double{sums.largest} - double{largest});
    sums.largest = largest;
    for (std::size_t k = 0; k < call.columns; ++k) {
      sums.exponentials += double{std::exp(l[k] - largest)};
      sums.total += double{l[k]};
    }
  }
}

/// CrossEntropyGradientCall
inline void cross_entropy_gradient(const CrossEntropyGradientCall& call) {
  const float smoothed = call.smoothing / static_cast<float>(call.class_count);
  for (std::size_t row = 0; row < call.rows; ++row) {
    float* const l = call.logits + row * call.columns;
    const auto share = static_cast<float>(1 / call.sums[row].exponentials);
    for (std::size_t k = 0; k < call.columns; ++k) {
      const float softmax = std::exp(l[k] - call.sums[row].largest) * share;
      const float held = call.first + k == call.classes[row] ? 1 - call.smoothing : 0.0f;
      l[k] = call.scales[row] * ((softmax - smoothed) - held);
    }
  }
}

}  // namespace mana::kernels::reference
