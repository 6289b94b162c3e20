#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "mana/kernels/reach.h"
#include "mana/kernels/reference/activation.h"
#include "mana/kernels/reference/attention.h"
#include "mana/kernels/reference/dropout.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/reference/norm.h"
#include "mana/nn/training.h"

/// The equations of layers in double, one operation after the other, without fusing: what tests hold models and their
/// gradients to.
namespace mana::models::reference {

using Values = std::vector<double>;

/// y = f(x Wᵀ + b)      x: [rows, inputs], w: [outputs, inputs], b: [outputs]
inline Values linear(const Values& x, std::size_t rows, const Values& w, const Values& b,
                     kernels::Activation f = kernels::Activation::identity) {
  const std::size_t inputs = x.size() / rows, outputs = w.size() / inputs;
  Values y(rows * outputs);
  kernels::reference::linear(x.data(), rows, w.data(), b.data(), inputs, outputs, f, y.data(), outputs);
  return y;
}

inline void norm(Values& x, const Values& gamma, const Values& beta, float epsilon) {
  kernels::reference::add_norm<double>(x.data(), nullptr, x.size() / gamma.size(), gamma.size(), gamma.data(),
                                       beta.data(), epsilon, x.data());
}

inline void drop(Values& x, std::size_t width, const kernels::Dropout& dropout) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= kernels::reference::dropout_factor(dropout, i / width, i % width);
}

inline void add(Values& x, const Values& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

/// Multi-head attention, text by text: queries of one text, keys and values of another.
struct Attention {
  std::span<const std::uint32_t> queries;  ///< [texts + 1]
  std::span<const std::uint32_t> keys;     ///< [texts + 1]
  std::size_t heads;
  kernels::Reach reach = {};
  kernels::Dropout dropout = {};

  /// q: [queries, heads · width], k, v: [keys, heads · width] -> [queries, heads · width]
  Values operator()(const Values& q, const Values& k, const Values& v) const {
    const std::size_t columns = q.size() / queries.back(), width = columns / heads;
    Values out(q.size()), p(keys.back());
    for (std::size_t text = 0; text + 1 < queries.size(); ++text) {
      const std::size_t first = queries[text], first_key = keys[text];
      const std::size_t rows = queries[text + 1] - first, key_rows = keys[text + 1] - first_key;
      for (std::size_t head = 0; head < heads; ++head) {
        const std::size_t q_at = first * columns + head * width, k_at = first_key * columns + head * width;
        const auto mask = [&](std::size_t query, std::size_t key) {
          return kernels::reference::dropout_factor(dropout, first * heads + head, query * key_rows + key);
        };
        kernels::reference::attention<double>({.q = q.data() + q_at,
                                               .q_stride = columns,
                                               .k = k.data() + k_at,
                                               .k_stride = columns,
                                               .v = v.data() + k_at,
                                               .v_stride = columns,
                                               .queries = rows,
                                               .keys = key_rows,
                                               .head_width = width,
                                               .value_width = width,
                                               .divisor = std::sqrt(static_cast<double>(width)),
                                               .reach = reach},
                                              out.data() + q_at, columns, p.data(), {}, mask);
      }
    }
    return out;
  }
};

}  // namespace mana::models::reference
