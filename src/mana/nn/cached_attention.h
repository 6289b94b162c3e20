#pragma once

#include "mana/nn/attention.h"
#include "mana/operations/key_values.h"

namespace mana::nn {

using operations::KeyValues;

/// Self-attention of the tokens that follow those in `past`, to which theirs are added: the rows that the layer would
/// give them at the end of the whole texts, the same bits.      x: [tokens, model] -> [tokens, model]
struct CachedAttention {
  const SelfAttention& layer;  ///< whose reach looks behind no token

  /// The past of sequences without a token.
  KeyValues begin(const Run& run, std::size_t sequences) const;
  Tensor operator()(const Run& run, const Tensor& x, Sequences tokens, KeyValues& past) const;
};

/// Attention to a memory whose keys and values are made once and stay: the rows that the layer would give, the same
/// bits. What it works on are the layer's own products, for who wants to see them, too.
struct CachedCrossAttention {
  const CrossAttention& layer;

  /// The columns of layer.key_value(run, memory) that are keys, which the values follow.
  Columns<Tensor> keys(const Tensor& key_value) const { return {key_value, 0, key_value.columns() / 2}; }
  std::size_t head_width(const Tensor& key_value) const { return keys(key_value).count / layer.key_heads; }

  /// key_value: [source tokens, 2 · key_heads · d_k], of every text those that `sources` says
  KeyValues keep(const Run& run, const Tensor& key_value, Sequences sources) const;
  /// q = layer.query(run, x): [tokens, heads · d_k] -> [tokens, model]
  Tensor operator()(const Run& run, const Tensor& q, Sequences tokens, const KeyValues& kept) const;
};

}  // namespace mana::nn
