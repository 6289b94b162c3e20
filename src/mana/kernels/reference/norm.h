#pragma once

#include <cmath>
#include <cstddef>

namespace mana::kernels::reference {

/// Layer normalisation of a sum (Ba, Kiros and Hinton 2016):
///   h = x + y,  z = (h - mean(h)) / √(var(h) + ε) · γ + β      x, y, z: [rows, width]; y may be null (h = x)
/// var is the mean of squares, as in the reference implementations. z may be x or y, and so may `kept`, which is h
/// where it is wanted, but they are not the same.
template <class T>
void add_norm(const T* x, const T* y, std::size_t rows, std::size_t width, const T* gamma, const T* beta, T epsilon,
              T* z, T* kept = nullptr) {
  for (std::size_t m = 0; m < rows; ++m) {
    const std::size_t row = m * width;
    const auto h = [&](std::size_t i) { return y == nullptr ? x[row + i] : x[row + i] + y[row + i]; };
    T sum = 0, squares = 0;
    for (std::size_t i = 0; i < width; ++i) sum += h(i);
    const T mean = sum / T(width);
    for (std::size_t i = 0; i < width; ++i) squares += (h(i) - mean) * (h(i) - mean);
    const T scale = T(1) / std::sqrt(squares / T(width) + epsilon);
    for (std::size_t i = 0; i < width; ++i) {
      const T of_sum = h(i);
      z[row + i] = (of_sum - mean) * scale * gamma[i] + beta[i];
      if (kept != nullptr) kept[row + i] = of_sum;
    }
  }
}

/// The same of one row h [width], with what the gradient needs: n = (h - mean(h)) · scale; returns
/// scale = 1 / √(var(h) + ε). `normal` and z may be h.
template <class T>
T norm_forward(const T* h, std::size_t width, const T* gamma, const T* beta, T epsilon, T* z, T* normal) {
  T sum = 0, squares = 0;
  for (std::size_t i = 0; i < width; ++i) sum += h[i];
  const T mean = sum / T(width);
  for (std::size_t i = 0; i < width; ++i) squares += (h[i] - mean) * (h[i] - mean);
  const T scale = T(1) / std::sqrt(squares / T(width) + epsilon);
  for (std::size_t i = 0; i < width; ++i) {
    const T value = (h[i] - mean) * scale;
    normal[i] = value;
    z[i] = value * gamma[i] + beta[i];
  }
  return scale;
}

/// Its gradient:
///   dn = γ ∘ dz,  dh = (dn - mean(dn) - n mean(dn ∘ n)) · scale;      dγ += dz ∘ n, dβ += dz
/// dh may be dz.
template <class T>
void norm_gradient(const T* dz, const T* normal, T scale, std::size_t width, const T* gamma, T* dh, T* dgamma,
                   T* dbeta) {
  T sum = 0, projected = 0;
  for (std::size_t i = 0; i < width; ++i) {
    sum += dz[i] * gamma[i];
    projected += dz[i] * gamma[i] * normal[i];
  }
  const T mean = sum / T(width), slope = projected / T(width);
  for (std::size_t i = 0; i < width; ++i) {
    dgamma[i] += dz[i] * normal[i];
    dbeta[i] += dz[i];
    dh[i] = (dz[i] * gamma[i] - mean - normal[i] * slope) * scale;
  }
}

}  // namespace mana::kernels::reference
