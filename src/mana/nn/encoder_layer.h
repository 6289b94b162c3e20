#pragma once

#include <utility>

#include "mana/nn/attention.h"
#include "mana/nn/feed_forward.h"
#include "mana/nn/residual.h"

namespace mana::nn {

/// Encoder layer (Vaswani et al. 2017, section 3.1), post-norm as BERT's:
///
///   h = LayerNorm(x + MultiHead(x))
///   y = LayerNorm(h + FeedForward(h))         x, h, y: [tokens, model]
///
/// or pre-norm, as its residual connections are.
struct EncoderLayer {
  SelfAttention attend;
  Residual attend_norm;
  FeedForward feed_forward;
  Residual feed_norm;

  static void parts(auto& self, auto&& visit) {
    visit("attend", self.attend);
    visit("attend_norm", self.attend_norm);
    visit("feed_forward", self.feed_forward);
    visit("feed_norm", self.feed_norm);
  }

  template <class Context = Run, class Value>
  Stream<Value> operator()(const Context& run, Stream<Value> x, const TokenBatch& batch) const {
    Stream<Value> h = attend_norm(run, std::move(x), [&](const Value& in) { return attend(run, in, batch); });
    return feed_norm(run, std::move(h), [&](const Value& in) { return feed_forward(run, in); });
  }
};

}  // namespace mana::nn
