#pragma once

#include "mana/nn/attention.h"
#include "mana/nn/feed_forward.h"
#include "mana/nn/layer_norm.h"

namespace mana::nn {

/// Post-norm encoder layer (Vaswani et al. 2017, section 3.1; the layer of BERT):
///
///   h = LayerNorm(x + MultiHead(x))
///   y = LayerNorm(h + FeedForward(h))         x, h, y: [tokens, model]
struct EncoderLayer {
  SelfAttention attend;
  LayerNorm attend_norm;
  FeedForward feed_forward;
  LayerNorm feed_norm;

  static void parts(auto& self, auto&& visit) {
    visit("attend", self.attend);
    visit("attend_norm", self.attend_norm);
    visit("feed_forward", self.feed_forward);
    visit("feed_norm", self.feed_norm);
  }

  template <class Context = Run, class Value>
  Value operator()(const Context& run, const Value& x, const TokenBatch& batch) const {
    const Value h = attend_norm(run, x, attend(run, x, batch));
    return feed_norm(run, h, feed_forward(run, h));
  }
};

}  // namespace mana::nn
