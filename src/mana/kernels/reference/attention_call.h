#pragma once

#include <algorithm>

#include "mana/kernels/attention.h"
#include "mana/kernels/reference/attention.h"
#include "mana/kernels/reference/dropout.h"

namespace mana::kernels::reference {

// The definition in the tables' calling convention.

inline AttentionHead<float> head_of(const AttentionCall& call, std::size_t head) {
  const std::size_t key_head = call.key_head(head);
  return {.q = call.q.head(head, call.head_width),
          .q_stride = call.q.columns,
          .k = call.k.head(key_head, call.head_width),
          .k_stride = call.k.columns,
          .v = call.v.head(key_head, call.value_width),
          .v_stride = call.v.columns,
          .queries = call.queries,
          .keys = call.keys,
          .head_width = call.head_width,
          .value_width = call.value_width,
          .divisor = call.divisor,
          .reach = call.reach};
}

/// The bias of a head as a function, zero where there is none, and where its gradient is added up, if anywhere.
struct BiasOfHead {
  AttentionBias<const float> bias;
  AttentionBias<float> gradient;
  std::size_t head;

  float operator()(std::size_t query, std::size_t key) const { return bias.exists() ? bias.row(head, query)[key] : 0; }
  void add(std::size_t query, std::size_t key, float ds) const {
    if (gradient.exists()) gradient.row(head, query)[key] += ds;
  }
};

/// The dropout mask of a head as a function.
struct MaskOfHead {
  const AttentionCall& call;
  std::size_t head;

  float operator()(std::size_t query, std::size_t key) const {
    return dropout_factor(call.dropout, call.q.row * call.heads + head, query * call.keys + key);
  }
};

template <class Rounded = std::identity>
void attention(const AttentionCall& call) {
  for (std::size_t index = call.first_head; index < call.last_head; ++index) {
    const AttentionHead<float> head = head_of(call, index);
    float* const out = call.out.head(index, call.value_width);
    const BiasOfHead bias{call.bias, {}, index};
    if (call.dropout.active()) {
      attention(head, out, call.out.columns, call.scratch, bias, MaskOfHead{call, index}, Rounded());
    } else {
      attention(head, out, call.out.columns, call.scratch, bias, KeepAll(), Rounded());
    }
  }
}

inline void attention_gradient(const AttentionCall& call, const AttentionGradient& to) {
  const auto clear = [](float* rows, std::size_t count, std::size_t stride, std::size_t width) {
    for (std::size_t i = 0; i < count; ++i) std::fill_n(rows + i * stride, width, 0.0f);
  };
  for (std::size_t index = call.first_head; index < call.last_head; ++index) {
    const AttentionHead<float> head = head_of(call, index);
    const std::size_t key_head = call.key_head(index);
    const AttentionHeadGradient<float> gradient{.dq = to.dq.head(index, call.head_width),
                                                .q_stride = to.dq.columns,
                                                .dk = to.dk.head(key_head, call.head_width),
                                                .k_stride = to.dk.columns,
                                                .dv = to.dv.head(key_head, call.value_width),
                                                .v_stride = to.dv.columns};
    clear(gradient.dq, call.queries, to.dq.columns, call.head_width);
    if (call.opens_group(index)) {
      clear(gradient.dk, call.keys, to.dk.columns, call.head_width);
      clear(gradient.dv, call.keys, to.dv.columns, call.value_width);
    }
    attention_gradient(head, to.dout.head(index, call.value_width), to.dout.columns, gradient, call.scratch,
                       BiasOfHead{call.bias, to.dbias, index}, MaskOfHead{call, index});
  }
}

inline std::size_t attention_scratch(const AttentionCall& call) { return call.keys; }
inline std::size_t attention_gradient_scratch(const AttentionCall& call) { return 2 * call.keys; }

}  // namespace mana::kernels::reference
