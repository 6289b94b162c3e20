#include "mana/nn/cached_attention.h"

namespace mana::nn {

KeyValues CachedAttention::begin(const Run& run, std::size_t sequences) const {
  const std::size_t width = layer.query_key_value.weights.outputs() / (layer.heads + 2 * layer.key_heads);
  return {run, sequences, {layer.key_heads, width, width}};
}

Tensor CachedAttention::operator()(const Run& run, const Tensor& x, Sequences tokens, KeyValues& past) const {
  const Tensor qkv = layer.query_key_value(run, x);
  const std::size_t width = qkv.columns() / (layer.heads + 2 * layer.key_heads);
  const std::size_t q = layer.heads * width, k = layer.key_heads * width;
  past.append(run, {qkv, q, k}, {qkv, q + k, k}, tokens);
  return layer.output(run, operations::attend(run, {qkv, 0, q}, tokens, layer.heads, past, layer.reach, Use::product));
}

KeyValues CachedCrossAttention::keep(const Run& run, const Tensor& key_value, Sequences sources) const {
  const std::size_t k = keys(key_value).count, width = head_width(key_value);
  KeyValues kept(run, sources.count(), {layer.key_heads, width, width});
  kept.append(run, keys(key_value), {key_value, k, k}, sources);
  return kept;
}

Tensor CachedCrossAttention::operator()(const Run& run, const Tensor& q, Sequences tokens,
                                        const KeyValues& kept) const {
  const auto all = kernels::Reach::all();
  return layer.output(run, operations::attend(run, {q, 0, q.columns()}, tokens, layer.heads, kept, all, Use::product));
}

}  // namespace mana::nn
