#pragma once

#include "mana/nn/linear.h"

namespace mana::nn {

/// FeedForward(x) = f(x W₁ + b₁) W₂ + b₂      x: [tokens, model], W₁: [model, inner], W₂: [inner, model]
/// On a Run some rows after the others, so that f(…) [rows, inner] never leaves the cache.
struct FeedForward {
  Linear widen;
  Linear narrow;
  kernels::Activation activation = kernels::Activation::gelu;

  Tensor operator()(const Run& run, const Tensor& x) const;
  Variable operator()(const Training& training, Variable x) const {
    return narrow(training, widen(training, x, activation));
  }

  /// So many at once: whole tiles.
  std::size_t rows_at_once(const kernels::Table& kernels) const;
};

}  // namespace mana::nn
