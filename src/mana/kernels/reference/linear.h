#pragma once

#include <cstddef>

#include "mana/kernels/reference/activation.h"

namespace mana::kernels::reference {

/// y = f(x Wᵀ + b)      x: [rows, inputs], W: [outputs, inputs], b: [outputs] -> y: [rows, outputs]
template <class T>
void linear(const T* x, std::size_t x_stride, std::size_t rows, const T* weights, const T* bias, std::size_t inputs,
            std::size_t outputs, Activation activation, T* y, std::size_t y_stride) {
  for (std::size_t m = 0; m < rows; ++m) {
    for (std::size_t n = 0; n < outputs; ++n) {
      T sum = bias[n];
      for (std::size_t k = 0; k < inputs; ++k) sum += x[m * x_stride + k] * weights[n * inputs + k];
      y[m * y_stride + n] = activate(activation, sum);
    }
  }
}

}  // namespace mana::kernels::reference
