#pragma once

#include <cstddef>
#include <cstdint>

#include "mana/kernels/reference/activation.h"
#include "mana/kernels/reference/quantise.h"
#include "mana/tensor/dtype.h"

namespace mana::kernels::reference {

/// y = f(x Wᵀ + b)      x: [rows, inputs], W: [outputs, inputs], b: [outputs] -> y: [rows, outputs], rows `y_stride`
/// apart
template <class T>
void linear(const T* x, std::size_t rows, const T* weights, const T* bias, std::size_t inputs, std::size_t outputs,
            Activation activation, T* y, std::size_t y_stride) {
  for (std::size_t m = 0; m < rows; ++m) {
    for (std::size_t n = 0; n < outputs; ++n) {
      T sum = bias[n];
      for (std::size_t k = 0; k < inputs; ++k) sum += x[m * inputs + k] * weights[n * inputs + k];
      y[m * y_stride + n] = activate(activation, sum);
    }
  }
}

/// The gradient of y = x Wᵀ + b by W, added up:  dW += dyᵀ x, for outputs [first_output, last_output) and inputs
/// [first_input, last_input).      x: [rows, inputs], dy: [rows, outputs], dW: [outputs, inputs]
/// `round` is what becomes of x and dy before they are multiplied: nothing, or rounded to bfloat16.
template <class T, class Rounding>
void weight_gradient(const T* x, const T* dy, std::size_t rows, std::size_t inputs, std::size_t outputs,
                     std::size_t first_output, std::size_t last_output, std::size_t first_input, std::size_t last_input,
                     T* dw, const Rounding& round) {
  for (std::size_t n = first_output; n < last_output; ++n) {
    for (std::size_t k = first_input; k < last_input; ++k) {
      T sum = 0;
      for (std::size_t m = 0; m < rows; ++m) sum += round(dy[m * outputs + n]) * round(x[m * inputs + k]);
      dw[n * inputs + k] += sum;
    }
  }
}

/// db += Σ_rows dy.
template <class T>
void bias_gradient(const T* dy, std::size_t rows, std::size_t outputs, std::size_t first_output,
                   std::size_t last_output, T* db) {
  for (std::size_t n = first_output; n < last_output; ++n) {
    T sum = 0;
    for (std::size_t m = 0; m < rows; ++m) sum += dy[m * outputs + n];
    db[n] += sum;
  }
}

/// linear() with x and W rounded to bfloat16; W lies so already.
inline void linear_bf16(const float* x, std::size_t rows, const std::uint16_t* weights, const float* bias,
                        std::size_t inputs, std::size_t outputs, Activation activation, float* y,
                        std::size_t y_stride) {
  for (std::size_t m = 0; m < rows; ++m) {
    for (std::size_t n = 0; n < outputs; ++n) {
      float sum = bias[n];
      for (std::size_t k = 0; k < inputs; ++k) {
        sum += bfloat16_to_float(float_to_bfloat16(x[m * inputs + k])) * bfloat16_to_float(weights[n * inputs + k]);
      }
      y[m * y_stride + n] = activate(activation, sum);
    }
  }
}

/// linear() with 8 bits: y = f(step_m · (scale_n Σ_k u_mk q_nk) + (least_m · row_sum_n + b_n)), the sum an exact
/// integer.
inline void linear_int8(const float* x, std::size_t rows, const std::int8_t* weights, const float* scales,
                        const float* row_sums, const float* bias, std::size_t inputs, std::size_t outputs,
                        Activation activation, float* y, std::size_t y_stride) {
  for (std::size_t m = 0; m < rows; ++m) {
    const RowRange range = row_range(x + m * inputs, inputs);
    for (std::size_t n = 0; n < outputs; ++n) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < inputs; ++k) sum += quantised(x[m * inputs + k], range) * weights[n * inputs + k];
      y[m * y_stride + n] = activate(activation, dequantised(sum, range, scales[n], row_sums[n], bias[n]));
    }
  }
}

}  // namespace mana::kernels::reference
