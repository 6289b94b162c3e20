#pragma once

#include <cmath>
#include <cstddef>

namespace mana::kernels::reference {

/// Layer normalisation of a sum (Ba, Kiros and Hinton 2016):
///   h = x + y,  z = (h - mean(h)) / √(var(h) + ε) · γ + β      x, y, z: [rows, width]; y may be null (h = x)
/// var is the mean of squares, as in the reference implementations. z may be x or y.
template <class T>
void add_norm(const T* x, const T* y, std::size_t rows, std::size_t width, const T* gamma, const T* beta, T epsilon,
              T* z) {
  for (std::size_t m = 0; m < rows; ++m) {
    const std::size_t row = m * width;
    const auto h = [&](std::size_t i) { return y == nullptr ? x[row + i] : x[row + i] + y[row + i]; };
    T sum = 0, squares = 0;
    for (std::size_t i = 0; i < width; ++i) sum += h(i);
    const T mean = sum / T(width);
    for (std::size_t i = 0; i < width; ++i) squares += (h(i) - mean) * (h(i) - mean);
    const T scale = T(1) / std::sqrt(squares / T(width) + epsilon);
    for (std::size_t i = 0; i < width; ++i) z[row + i] = (h(i) - mean) * scale * gamma[i] + beta[i];
  }
}

}  // namespace mana::kernels::reference
