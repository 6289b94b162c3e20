#pragma once

#include "mana/nn/linear.h"
#include "mana/operations/attend.h"

namespace mana::nn {

using operations::attend;
using operations::AttentionShape;
using operations::Columns;
using operations::QueryKeyValue;

/// operations::attend() on a tape; the softmax's probabilities are dropped out.
Variable attend(const Training& training, const QueryKeyValue<Variable>& from, const AttentionShape& shape,
                Use use = Use::value);

/// Multi-head self-attention (Vaswani et al. 2017, section 3.2), each token against those tokens of its own text that
/// it can reach:
///
///   head_i = softmax(Q_i K_iᵀ / √d_k) V_i,   (Q, K, V) = x (W^Q, W^K, W^V) + b,   d_k = d_v = d_model / h
///   y      = [head_1 … head_h] W^O + b^O                          x, y: [tokens, model]
///
/// The three products are one: `query_key_value` has 3 · model outputs, or (h + 2 key_heads) · d_k.
struct SelfAttention {
  Linear query_key_value;
  Linear output;
  std::size_t heads = 1;
  std::size_t key_heads = heads;
  kernels::Reach reach = {};

  static void parts(auto& self, auto&& visit) {
    visit("query_key_value", self.query_key_value);
    visit("output", self.output);
  }

  template <class Context = Run, class Value>
  Value operator()(const Context& run, const Value& x, const TokenBatch& batch) const {
    const Value qkv = query_key_value(run, x, kernels::Activation::identity, Use::product);
    const std::size_t width = qkv.columns() / (heads + 2 * key_heads), q = heads * width, k = key_heads * width;
    const AttentionShape shape{batch.sequences(), batch.sequences(), heads, key_heads, reach};
    const QueryKeyValue<Value> from{{qkv, 0, q}, {qkv, q, k}, {qkv, q + k, k}};
    return output(run, attend(run, from, shape, Use::product));
  }
};

/// The same where the keys are another text's, the memory m that an encoder leaves to a decoder (section 3.2.3):
///
///   Q = x W^Q + b^Q,   (K, V) = m (W^K, W^V) + b         x, y: [tokens, model], m: [memory, model]
struct CrossAttention {
  Linear query;
  Linear key_value;
  Linear output;
  std::size_t heads = 1;
  std::size_t key_heads = heads;

  static void parts(auto& self, auto&& visit) {
    visit("query", self.query);
    visit("key_value", self.key_value);
    visit("output", self.output);
  }

  template <class Context = Run, class Value>
  Value operator()(const Context& run, const Value& x, Sequences queries, const Value& memory, Sequences keys) const {
    const Value q = query(run, x, kernels::Activation::identity, Use::product);
    const Value kv = key_value(run, memory, kernels::Activation::identity, Use::product);
    const std::size_t k = kv.columns() / 2;
    const QueryKeyValue<Value> from{{q, 0, q.columns()}, {kv, 0, k}, {kv, k, k}};
    return output(run, attend(run, from, {queries, keys, heads, key_heads}, Use::product));
  }
};

}  // namespace mana::nn
