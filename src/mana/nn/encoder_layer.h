#pragma once

#include "mana/nn/attention.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"

namespace mana::nn {

/// FeedForward(x) = f(x W₁ + b₁) W₂ + b₂      x: [tokens, model], W₁: [model, inner], W₂: [inner, model]
struct FeedForward {
  Linear widen;
  Linear narrow;
  kernels::Activation activation = kernels::Activation::gelu;

  template <class Context = Run, class Value>
  Value operator()(const Context& run, const Value& x) const {
    return narrow(run, widen(run, x, activation));
  }
};

/// Post-norm encoder layer (Vaswani et al. 2017, section 3.1; the layer of BERT):
///
///   h = LayerNorm(x + MultiHead(x))
///   y = LayerNorm(h + FeedForward(h))         x, h, y: [tokens, model]
struct EncoderLayer {
  SelfAttention attend;
  LayerNorm attend_norm;
  FeedForward feed_forward;
  LayerNorm feed_norm;

  template <class Context = Run, class Value>
  Value operator()(const Context& run, const Value& x, const PackedTokens& batch) const {
    const Value h = attend_norm(run, x, attend(run, x, batch));
    return feed_norm(run, h, feed_forward(run, h));
  }
};

}  // namespace mana::nn
