#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace mana::kernels::reference {

/// Scaled dot-product attention of one head over one text (Vaswani et al. 2017, equation 1):
///   O = softmax(Q Kᵀ / √d_k) V      Q, K, V, O: [length, d_k], rows `stride` (of O: `out_stride`) apart
/// `scores` has room for `length` values.
template <class T>
void attention(const T* q, const T* k, const T* v, std::size_t stride, std::size_t length, std::size_t head_width,
               T* out, std::size_t out_stride, T* scores) {
  const T scale = T(1) / std::sqrt(T(head_width));
  for (std::size_t i = 0; i < length; ++i) {
    for (std::size_t j = 0; j < length; ++j) {
      T dot = 0;
      for (std::size_t c = 0; c < head_width; ++c) dot += q[i * stride + c] * k[j * stride + c];
      scores[j] = dot * scale;
    }
    const T largest = *std::max_element(scores, scores + length);
    T sum = 0;
    for (std::size_t j = 0; j < length; ++j) sum += scores[j] = std::exp(scores[j] - largest);
    for (std::size_t c = 0; c < head_width; ++c) {
      T mixed = 0;
      for (std::size_t j = 0; j < length; ++j) mixed += scores[j] * v[j * stride + c];
      out[i * out_stride + c] = mixed / sum;
    }
  }
}

}  // namespace mana::kernels::reference
