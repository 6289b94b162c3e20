#pragma once

#include <cmath>
#include <cstddef>

/// Without locks, threads change rows that others read here, which ThreadSanitizer is told not to watch (see
/// WordKernels).
namespace mana::kernels::reference {

template <class T>
T logistic_sigmoid(T x) {
  return T(1) / (T(1) + std::exp(-x));
}

/// G = (t - σ(X Yᵀ)) diag(step), ΔX = G Y, Y ← Y + Gᵀ X; see kernels/word_vectors.h. g: [inputs, outputs].
template <class T>
__attribute__((no_sanitize("thread"))) void logistic(const T* x, std::size_t inputs, T* const* y, const T* labels,
                                                     const T* steps, std::size_t outputs, std::size_t width, T* dx,
                                                     T* g) {
  for (std::size_t i = 0; i < inputs; ++i) {
    for (std::size_t o = 0; o < outputs; ++o) {
      T dot = 0;
      for (std::size_t k = 0; k < width; ++k) dot += x[i * width + k] * y[o][k];
      g[i * outputs + o] = (labels[o] - logistic_sigmoid(dot)) * steps[o];
    }
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    for (std::size_t k = 0; k < width; ++k) {
      T sum = 0;
      for (std::size_t o = 0; o < outputs; ++o) sum += g[i * outputs + o] * y[o][k];
      dx[i * width + k] = sum;
    }
  }
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t k = 0; k < width; ++k) {
      T sum = 0;
      for (std::size_t i = 0; i < inputs; ++i) sum += g[i * outputs + o] * x[i * width + k];
      y[o][k] += sum;
    }
  }
}

/// What logistic() makes a step of ascent on: Σ_io weight_o [t_o log p_io + (1 - t_o) log(1 - p_io)], p = σ(x yᵀ).
template <class T>
T log_likelihood(const T* x, std::size_t inputs, const T* const* y, const T* labels, const T* weights,
                 std::size_t outputs, std::size_t width) {
  T sum = 0;
  for (std::size_t i = 0; i < inputs; ++i) {
    for (std::size_t o = 0; o < outputs; ++o) {
      T dot = 0;
      for (std::size_t k = 0; k < width; ++k) dot += x[i * width + k] * y[o][k];
      const T toward = labels[o] > T(0.5) ? dot : -dot;  // log σ(z) = -log(1 + e^-z), without overflow
      sum += weights[o] * (std::fmin(toward, T(0)) - std::log1p(std::exp(-std::fabs(toward))));
    }
  }
  return sum;
}

template <class T>
__attribute__((no_sanitize("thread"))) void gather(const T* const* rows, std::size_t count, std::size_t width, T* x) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < width; ++k) x[i * width + k] = rows[i][k];
}

template <class T>
__attribute__((no_sanitize("thread"))) void scatter(const T* dx, T* const* rows, std::size_t count, std::size_t width) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < width; ++k) rows[i][k] += dx[i * width + k];
}

template <class T>
__attribute__((no_sanitize("thread"))) void mean(const T* const* rows, std::size_t count, std::size_t width, T* x) {
  for (std::size_t k = 0; k < width; ++k) {
    T sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += rows[i][k];
    x[k] = sum / static_cast<T>(count);
  }
}

template <class T>
__attribute__((no_sanitize("thread"))) void spread(const T* dx, T* const* rows, std::size_t count, std::size_t width) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < width; ++k) rows[i][k] += dx[k];
}

}  // namespace mana::kernels::reference
