#pragma once

#include "mana/nn/linear.h"

namespace mana::nn {

/// head_i = softmax(Q_i K_iᵀ / √d_k) V_i for every head of every text by itself, Q, K and V side by side in `qkv`:
/// [tokens, 3 · model] -> [tokens, model]. In training the softmax's probabilities are dropped out.
Tensor attend(const Run& run, const Tensor& qkv, std::size_t heads, const PackedTokens& batch, Use use = Use::value);
Variable attend(const Training& training, Variable qkv, std::size_t heads, const PackedTokens& batch,
                Use use = Use::value);

/// Multi-head self-attention (Vaswani et al. 2017, section 3.2), each token against all tokens of its own text:
///
///   head_i = softmax(Q_i K_iᵀ / √d_k) V_i,   (Q, K, V) = x (W^Q, W^K, W^V) + b,   d_k = d_v = d_model / h
///   y      = [head_1 … head_h] W^O + b^O                          x, y: [tokens, model]
///
/// The three products are one: `query_key_value` has 3 · model outputs.
struct SelfAttention {
  Linear query_key_value;
  Linear output;
  std::size_t heads = 1;

  template <class Context = Run, class Value>
  Value operator()(const Context& run, const Value& x, const PackedTokens& batch) const {
    const Value qkv = query_key_value(run, x, kernels::Activation::identity, Use::product);
    return output(run, attend(run, qkv, heads, batch, Use::product));
  }
};

}  // namespace mana::nn
