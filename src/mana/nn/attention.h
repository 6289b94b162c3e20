#pragma once

#include "mana/kernels/reach.h"
#include "mana/nn/linear.h"

namespace mana::nn {

/// Columns [first, first + count) of a matrix: those of all heads, one after the other.
template <class Value>
struct Columns {
  const Value& of;
  std::size_t first;
  std::size_t count;
};

/// What attention is computed from. Q has a row for each query; K and V one for each key; they may be columns of one
/// matrix, but share none. `bias` is [heads · places, keys] or null: what is added to the scores of a query at each
/// place among the keys of its text, the same for every text.
template <class Value>
struct QueryKeyValue {
  Columns<Value> q;
  Columns<Value> k;
  Columns<Value> v;
  const Value* bias = nullptr;
};

/// Whose queries attend to whose keys, text by text, and how many heads they have. The last query of a text stands at
/// the place of its last key, where there are no fewer keys than queries: a decoder's step has the reach of its whole
/// pass.
struct AttentionShape {
  Sequences queries;  ///< rows of Q
  Sequences keys;     ///< rows of K and V, as many texts
  std::size_t heads = 1;
  std::size_t key_heads = heads;  ///< a divisor of `heads`, which share them
  kernels::Reach reach = {};
};

/// head_i = softmax(Q_i K_iᵀ / √d_k + B_i) V_i for every head of every text by itself, over the keys that each query
/// sees: Q [queries, heads · d_k], K [keys, key_heads · d_k], V [keys, key_heads · d_v] -> [queries, heads · d_v]. In
/// training the softmax's probabilities are dropped out.
Tensor attend(const Run& run, const QueryKeyValue<Tensor>& from, const AttentionShape& shape, Use use = Use::value);
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

  template <class Context = Run, class Value>
  Value operator()(const Context& run, const Value& x, const PackedTokens& batch) const {
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
