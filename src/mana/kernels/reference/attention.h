#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <type_traits>

#include "mana/kernels/reach.h"
#include "mana/tensor/dtype.h"

namespace mana::kernels::reference {

/// To the nearest bfloat16.
struct RoundToBf16 {
  template <class T>
  T operator()(T x) const {
    return T(bfloat16_to_float(float_to_bfloat16(static_cast<float>(x))));
  }
};

/// No dropout: mask(query, key) = 1.
struct KeepAll {
  int operator()(std::size_t, std::size_t) const { return 1; }
};

/// bias(query, key) = 0, and nobody wants its gradient.
struct NoBias {
  int operator()(std::size_t, std::size_t) const { return 0; }
  void add(std::size_t, std::size_t, double) const {}
};

/// One head of one text.      Q: [queries, d_k], K: [keys, d_k], V: [keys, d_v], rows `…_stride` apart
template <class T>
struct AttentionHead {
  const T* q;
  std::size_t q_stride;
  const T* k;
  std::size_t k_stride;
  const T* v;
  std::size_t v_stride;
  std::size_t queries;
  std::size_t keys;
  std::size_t head_width;   ///< d_k
  std::size_t value_width;  ///< d_v
  T divisor;                ///< of the scores: √d_k
  Reach reach = {};         ///< which keys a query sees
};

/// p_j ← exp(s_j - max s), s = q_i Kᵀ / divisor + b_i, for the keys j that query i sees; returns their sum.
template <class T, class Bias, class Rounded>
T attention_numerators(const AttentionHead<T>& head, std::size_t i, const Bias& bias, const Rounded& rounded, T* p) {
  const KeyRange seen = head.reach.of(i, head.keys);
  const T scale = T(1) / head.divisor;
  T largest = std::numeric_limits<T>::lowest(), sum = 0;
  for (std::size_t j = seen.first; j < seen.last; ++j) {
    T dot = 0;
    for (std::size_t c = 0; c < head.head_width; ++c) {
      dot += rounded(head.q[i * head.q_stride + c]) * rounded(head.k[j * head.k_stride + c]);
    }
    p[j] = dot * scale + T(bias(i, j));
    largest = std::max(largest, p[j]);
  }
  for (std::size_t j = seen.first; j < seen.last; ++j) sum += p[j] = std::exp(p[j] - largest);
  return sum;
}

/// Scaled dot-product attention (Vaswani et al. 2017, equation 1), for each query over the keys that it sees:
///   O = (P ∘ M) V,   P = softmax(Q Kᵀ / divisor + B)      O: [queries, d_v], rows `out_stride` apart
/// M = mask(query, key) is what dropout multiplies by, B = bias(query, key). `rounded` is what becomes of the operands
/// of both products: nothing, or bfloat16 (then with the softmax's numerators, exp(s - max s)). Without a mask the sum
/// of these divides what comes out, with one it makes probabilities of them before. A query that sees no key becomes
/// zero. `p` has room for `keys` values.
template <class T, class Bias = NoBias, class Mask = KeepAll, class Rounded = std::identity>
void attention(const AttentionHead<T>& head, T* out, std::size_t out_stride, T* p, const Bias& bias = {},
               const Mask& mask = {}, const Rounded& rounded = {}) {
  for (std::size_t i = 0; i < head.queries; ++i) {
    const KeyRange seen = head.reach.of(i, head.keys);
    T divisor = attention_numerators(head, i, bias, rounded, p);
    if constexpr (!std::is_same_v<Mask, KeepAll>) {
      for (std::size_t j = seen.first; j < seen.last; ++j) p[j] = p[j] / divisor * T(mask(i, j));
      divisor = 1;
    }
    for (std::size_t c = 0; c < head.value_width; ++c) {
      T mixed = 0;
      for (std::size_t j = seen.first; j < seen.last; ++j)
        mixed += rounded(p[j]) * rounded(head.v[j * head.v_stride + c]);
      out[i * out_stride + c] = seen.empty() ? T(0) : mixed / divisor;
    }
  }
}

/// Where the gradient of a head goes: rows `…_stride` apart.
template <class T>
struct AttentionHeadGradient {
  T* dq;
  std::size_t q_stride;
  T* dk;
  std::size_t k_stride;
  T* dv;
  std::size_t v_stride;
};

/// Its gradient, added up row by row of P and of
///   dP = M ∘ (dO Vᵀ),  dS = P ∘ (dP - Σ_j P_j dP_j):
///   dV += (P ∘ M)ᵀ dO,  dQ += dS K / divisor,  dK += dSᵀ Q / divisor,  dB += dS by bias.add(query, key, dS)
/// `p` has room for 2 · `keys` values.
template <class T, class Bias = NoBias, class Mask = KeepAll>
void attention_gradient(const AttentionHead<T>& head, const T* dout, std::size_t out_stride,
                        const AttentionHeadGradient<T>& to, T* p, const Bias& bias = {}, const Mask& mask = {}) {
  const T scale = T(1) / head.divisor;
  T* const dp = p + head.keys;
  for (std::size_t i = 0; i < head.queries; ++i) {
    const KeyRange seen = head.reach.of(i, head.keys);
    const T sum = attention_numerators(head, i, bias, std::identity(), p);
    T mean = 0;
    for (std::size_t j = seen.first; j < seen.last; ++j) {
      T dot = 0;
      for (std::size_t c = 0; c < head.value_width; ++c)
        dot += dout[i * out_stride + c] * head.v[j * head.v_stride + c];
      dp[j] = dot * T(mask(i, j));
      p[j] /= sum;
      mean += p[j] * dp[j];
    }
    for (std::size_t j = seen.first; j < seen.last; ++j) {
      const T mixed = p[j] * T(mask(i, j)), ds = p[j] * (dp[j] - mean), scaled = ds * scale;
      bias.add(i, j, ds);
      for (std::size_t c = 0; c < head.value_width; ++c) to.dv[j * to.v_stride + c] += mixed * dout[i * out_stride + c];
      for (std::size_t c = 0; c < head.head_width; ++c) {
        to.dq[i * to.q_stride + c] += scaled * head.k[j * head.k_stride + c];
        to.dk[j * to.k_stride + c] += scaled * head.q[i * head.q_stride + c];
      }
    }
  }
}

}  // namespace mana::kernels::reference
