#pragma once

#include "mana/nn/linear.h"
#include "mana/operations/feed_forward.h"

namespace mana::nn {

/// FeedForward(x) = f(x W₁ + b₁) W₂ + b₂      x: [tokens, model], W₁: [model, inner], W₂: [inner, model]
struct FeedForward {
  Linear widen;
  Linear narrow;
  kernels::Activation activation = kernels::Activation::gelu;

  static void parts(auto& self, auto&& visit) {
    visit("widen", self.widen);
    visit("narrow", self.narrow);
  }

  Tensor operator()(const Run& run, const Tensor& x) const {
    return operations::feed_forward(run, x, widen.weights, activation, narrow.weights);
  }
  Variable operator()(const Training& training, Variable x) const {
    return narrow(training, widen(training, x, activation));
  }
};

}  // namespace mana::nn
