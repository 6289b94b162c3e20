#pragma once

#include "mana/nn/attention.h"

namespace mana::nn {

/// Self-attention in which each token sees itself and those before it, on the weights of a layer that may see others.
struct CausalAttention {
  const SelfAttention& layer;

  template <class Context = Run, class Value>
  Value operator()(const Context& run, const Value& x, const TokenBatch& batch) const {
    const Value qkv = layer.query_key_value(run, x, kernels::Activation::identity, Use::product);
    const std::size_t width = qkv.columns() / (layer.heads + 2 * layer.key_heads);
    const std::size_t q = layer.heads * width, k = layer.key_heads * width;
    const Sequences texts = batch.sequences();
    return layer.output(run,
                        attend(run, QueryKeyValue<Value>{{qkv, 0, q}, {qkv, q, k}, {qkv, q + k, k}},
                               {texts, texts, layer.heads, layer.key_heads, kernels::Reach::causal()}, Use::product));
  }
};

}  // namespace mana::nn
