#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>

#include "mana/tensor/dtype.h"

namespace mana::kernels::reference {

/// To the nearest bfloat16.
struct RoundToBf16 {
  template <class T>
  T operator()(T x) const {
    return T(bfloat16_to_float(float_to_bfloat16(static_cast<float>(x))));
  }
};

/// Scaled dot-product attention of one head over one text (Vaswani et al. 2017, equation 1):
///   O = softmax(Q Kᵀ / √d_k) V      Q, K, V, O: [length, d_k], rows `stride` (of O: `out_stride`) apart
/// `rounded` is what becomes of the operands of both products: nothing, or bfloat16 (then with the softmax's
/// numerators, exp(s - max s), whose sum divides what comes out). `scores` has room for `length` values.
template <class T, class Rounded = std::identity>
void attention(const T* q, const T* k, const T* v, std::size_t stride, std::size_t length, std::size_t head_width,
               T* out, std::size_t out_stride, T* scores, const Rounded& rounded = {}) {
  const T scale = T(1) / std::sqrt(T(head_width));
  for (std::size_t i = 0; i < length; ++i) {
    for (std::size_t j = 0; j < length; ++j) {
      T dot = 0;
      for (std::size_t c = 0; c < head_width; ++c) dot += rounded(q[i * stride + c]) * rounded(k[j * stride + c]);
      scores[j] = dot * scale;
    }
    const T largest = *std::max_element(scores, scores + length);
    T sum = 0;
    for (std::size_t j = 0; j < length; ++j) sum += scores[j] = std::exp(scores[j] - largest);
    for (std::size_t c = 0; c < head_width; ++c) {
      T mixed = 0;
      for (std::size_t j = 0; j < length; ++j) mixed += rounded(scores[j]) * rounded(v[j * stride + c]);
      out[i * out_stride + c] = mixed / sum;
    }
  }
}

/// p ← softmax(q Kᵀ / √d_k) for one query q [d_k].      p: [length]
template <class T>
void attention_probabilities(const T* q, const T* k, std::size_t stride, std::size_t length, std::size_t head_width,
                             T* p) {
  const T scale = T(1) / std::sqrt(T(head_width));
  for (std::size_t j = 0; j < length; ++j) {
    T dot = 0;
    for (std::size_t c = 0; c < head_width; ++c) dot += q[c] * k[j * stride + c];
    p[j] = dot * scale;
  }
  const T largest = *std::max_element(p, p + length);
  T sum = 0;
  for (std::size_t j = 0; j < length; ++j) sum += p[j] = std::exp(p[j] - largest);
  for (std::size_t j = 0; j < length; ++j) p[j] /= sum;
}

/// Attention in training: O = (P ∘ M) V, P = softmax(Q Kᵀ / √d_k), M = mask(query, key) what dropout multiplies by.
/// `p` has room for `length` values.
template <class T, class Mask>
void attention_forward(const T* q, const T* k, const T* v, std::size_t stride, std::size_t length,
                       std::size_t head_width, const Mask& mask, T* out, std::size_t out_stride, T* p) {
  for (std::size_t i = 0; i < length; ++i) {
    attention_probabilities(q + i * stride, k, stride, length, head_width, p);
    for (std::size_t j = 0; j < length; ++j) p[j] *= T(mask(i, j));
    for (std::size_t c = 0; c < head_width; ++c) {
      T mixed = 0;
      for (std::size_t j = 0; j < length; ++j) mixed += p[j] * v[j * stride + c];
      out[i * out_stride + c] = mixed;
    }
  }
}

/// Its gradient, row by row of P and of
///   dP = M ∘ (dO Vᵀ),  dS = P ∘ (dP - Σ_j P_j dP_j):
///   dV = (P ∘ M)ᵀ dO,  dQ = dS K / √d_k,  dK = dSᵀ Q / √d_k
/// dQ, dK and dV lie `stride` apart like Q, K and V and are overwritten. `p` has room for 2 · `length` values.
template <class T, class Mask>
void attention_gradient(const T* q, const T* k, const T* v, std::size_t stride, const T* dout, std::size_t out_stride,
                        std::size_t length, std::size_t head_width, const Mask& mask, T* dq, T* dk, T* dv, T* p) {
  const T scale = T(1) / std::sqrt(T(head_width));
  T* const dp = p + length;
  for (std::size_t i = 0; i < length; ++i) {
    for (std::size_t c = 0; c < head_width; ++c) dq[i * stride + c] = dk[i * stride + c] = dv[i * stride + c] = 0;
  }
  for (std::size_t i = 0; i < length; ++i) {
    attention_probabilities(q + i * stride, k, stride, length, head_width, p);
    T mean = 0;
    for (std::size_t j = 0; j < length; ++j) {
      T dot = 0;
      for (std::size_t c = 0; c < head_width; ++c) dot += dout[i * out_stride + c] * v[j * stride + c];
      dp[j] = dot * T(mask(i, j));
      mean += p[j] * dp[j];
    }
    for (std::size_t j = 0; j < length; ++j) {
      const T mixed = p[j] * T(mask(i, j)), ds = p[j] * (dp[j] - mean) * scale;
      for (std::size_t c = 0; c < head_width; ++c) {
        dv[j * stride + c] += mixed * dout[i * out_stride + c];
        dq[i * stride + c] += ds * k[j * stride + c];
        dk[j * stride + c] += ds * q[i * stride + c];
      }
    }
  }
}

}  // namespace mana::kernels::reference
