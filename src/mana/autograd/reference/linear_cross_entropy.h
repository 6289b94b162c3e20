#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/autograd/reference/matrix.h"

namespace mana::autograd::reference {

/// l_i = x_i Wᵀ + b      x: [n, d], W: [K, d], b: [1, K] -> [K]
template <class T>
std::vector<T> logits_of(Input<T> x, Input<T> w, Input<T> b, std::size_t i) {
  std::vector<T> logits(w.rows);
  for (std::size_t k = 0; k < w.rows; ++k) {
    logits[k] = b[0][k];
    for (std::size_t j = 0; j < w.columns; ++j) logits[k] += x[i][j] * w[k][j];
  }
  return logits;
}

template <class T>
T log_sum_of(const std::vector<T>& logits) {
  const T largest = *std::ranges::max_element(logits);
  T sum = 0;
  for (const T logit : logits) sum += std::exp(logit - largest);
  return largest + std::log(sum);
}

/// y_i = log Σ_k exp(l_ik) − (1 − ε) l_{i, c(i)} − ε / K Σ_k l_ik      y: [n, 1]; zero where c(i) is `ignored`
template <class T>
void linear_cross_entropy(Input<T> x, Input<T> w, Input<T> b, std::span<const std::uint32_t> classes,
                          std::uint32_t ignored, T smoothing, Matrix<T> y) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    y[i][0] = 0;
    if (classes[i] == ignored) continue;
    const std::vector<T> logits = logits_of<T>(x, w, b, i);
    T total = 0;
    for (const T logit : logits) total += logit;
    y[i][0] = log_sum_of(logits) - (1 - smoothing) * logits[classes[i]] - smoothing / T(w.rows) * total;
  }
}
/// d_ik = dy_i (softmax(l_i)_k − (1 − ε) [k = c(i)] − ε / K);   dx_i += d_i W,   dW_k += Σ_i d_ik x_i,   db += Σ_i d_i
template <class T>
void linear_cross_entropy_gradient(Input<T> x, Input<T> w, Input<T> b, std::span<const std::uint32_t> classes,
                                   std::uint32_t ignored, T smoothing, Input<T> dy, Matrix<T> dx, Matrix<T> dw,
                                   Matrix<T> db) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (classes[i] == ignored) continue;
    const std::vector<T> logits = logits_of<T>(x, w, b, i);
    const T log_sum = log_sum_of(logits);
    for (std::size_t k = 0; k < w.rows; ++k) {
      const T held = k == classes[i] ? 1 - smoothing : 0;
      const T d = dy[i][0] * (std::exp(logits[k] - log_sum) - held - smoothing / T(w.rows));
      for (std::size_t j = 0; j < w.columns; ++j) {
        dx[i][j] += d * w[k][j];
        dw[k][j] += d * x[i][j];
      }
      db[0][k] += d;
    }
  }
}

}  // namespace mana::autograd::reference
