#include "mana/nn/cached_attention.h"

namespace mana::nn {

Tensor CachedAttention::operator()(const Run& run, const Tensor& x, Sequences tokens, KeyValues& past) const {
  const Tensor qkv = layer.query_key_value(run, x);
  const std::size_t width = qkv.columns() / (layer.heads + 2 * layer.key_heads);
  const std::size_t q = layer.heads * width, k = layer.key_heads * width;
  past.append(run, {qkv, q, k}, {qkv, q + k, k}, tokens);
  const AttentionShape shape{tokens, past.places(), layer.heads, layer.key_heads, layer.reach};
  return layer.output(run, attend(run, {{qkv, 0, q}, past.keys(), past.values()}, shape, Use::product));
}

}  // namespace mana::nn
