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
/// bits.      x: [tokens, model] -> [tokens, model]
struct CachedCrossAttention {
  const CrossAttention& layer;

  /// memory: [source tokens, model], of every text those that `sources` says
  KeyValues keep(const Run& run, const Tensor& memory, Sequences sources) const;
  Tensor operator()(const Run& run, const Tensor& x, Sequences tokens, const KeyValues& kept) const;
};

}  // namespace mana::nn
