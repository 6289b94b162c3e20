#include "mana/nn/cached_attention.h"

namespace mana::nn {

KeyValues CachedAttention::begin(const Run& run, std::size_t sequences) const {
  const std::size_t width = layer.query_key_value.weights.outputs() / (layer.heads + 2 * layer.key_heads);
  return {run, sequences, layer.key_heads * width, layer.key_heads * width};
}

Tensor CachedAttention::operator()(const Run& run, const Tensor& x, Sequences tokens, KeyValues& past) const {
  const Tensor qkv = layer.query_key_value(run, x);
  const std::size_t width = qkv.columns() / (layer.heads + 2 * layer.key_heads);
  const std::size_t q = layer.heads * width, k = layer.key_heads * width;
  past.append(run, {qkv, q, k}, {qkv, q + k, k}, tokens);
  const AttentionShape shape{tokens, past.places(), layer.heads, layer.key_heads, layer.reach};
  return layer.output(run, attend(run, {{qkv, 0, q}, past.keys(), past.values()}, shape, Use::product));
}

KeyValues CachedCrossAttention::keep(const Run& run, const Tensor& memory, Sequences sources) const {
  const Tensor kv = layer.key_value(run, memory);
  const std::size_t k = kv.columns() / 2;
  KeyValues kept(run, sources.count(), k, k);
  kept.append(run, {kv, 0, k}, {kv, k, k}, sources);
  return kept;
}

Tensor CachedCrossAttention::operator()(const Run& run, const Tensor& x, Sequences tokens,
                                        const KeyValues& kept) const {
  const Tensor q = layer.query(run, x, kernels::Activation::identity, Use::product);
  const AttentionShape shape{tokens, kept.places(), layer.heads, layer.key_heads};
  return layer.output(run, attend(run, {{q, 0, q.columns()}, kept.keys(), kept.values()}, shape, Use::product));
}

}  // namespace mana::nn
