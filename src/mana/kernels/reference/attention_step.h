#pragma once

#include <algorithm>
#include <functional>

#include "mana/kernels/attention_step.h"
#include "mana/kernels/reference/attention.h"

namespace mana::kernels::reference {

/// Keys and values that stay are the rows of K and V, one behind the other.
inline void append(const AppendCall& call) {
  const auto copy = [&](const HeadRows<const float>& rows, std::size_t width, float* to) {
    const std::size_t columns = call.shape.key_heads * width;
    for (std::size_t i = 0; i < call.rows; ++i) {
      std::copy_n(rows.head(0, width) + i * rows.columns, columns, to + (call.first + i) * columns);
    }
  };
  copy(call.k, call.shape.head_width, call.to.keys);
  copy(call.v, call.shape.value_width, call.to.values);
}

template <class Rounded = std::identity>
void attention_step(const AttentionStepCall& call) {
  const std::size_t d_k = call.shape.head_width, d_v = call.shape.value_width;
  for (std::size_t index = call.first_head; index < call.last_head; ++index) {
    const std::size_t key_head = call.key_head(index);
    const AttentionHead<float> head{.q = call.q.head(index, d_k),
                                    .q_stride = call.q.columns,
                                    .k = call.from.keys + key_head * d_k,
                                    .k_stride = call.shape.key_heads * d_k,
                                    .v = call.from.values + key_head * d_v,
                                    .v_stride = call.shape.key_heads * d_v,
                                    .queries = call.queries,
                                    .keys = call.keys,
                                    .head_width = d_k,
                                    .value_width = d_v,
                                    .divisor = call.divisor,
                                    .reach = call.reach};
    attention(head, call.out.head(index, d_v), call.out.columns, call.scratch, NoBias(), KeepAll(), Rounded());
  }
}

inline std::size_t attention_step_scratch(const AttentionStepCall& call) { return call.keys; }

}  // namespace mana::kernels::reference
