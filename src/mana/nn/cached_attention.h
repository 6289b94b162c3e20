#pragma once

#include "mana/nn/attention.h"
#include "mana/operations/key_values.h"

namespace mana::nn {

using operations::KeyValues;

/// Self-attention of the tokens that follow those in `past`, to which theirs are added: the rows that the layer would
/// give them at the end of the whole texts, the same bits.      x: [tokens, model] -> [tokens, model]
struct CachedAttention {
  const SelfAttention& layer;  ///< whose reach looks behind no token

  Tensor operator()(const Run& run, const Tensor& x, Sequences tokens, KeyValues& past) const;
};

}  // namespace mana::nn
