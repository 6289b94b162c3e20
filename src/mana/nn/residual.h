#pragma once

#include <cstdint>

#include "mana/nn/layer_norm.h"
#include "mana/nn/training.h"

namespace mana::nn {

/// Where the norm of a residual branch f stands:
///
///   behind   y = LayerNorm(x + f(x))      post-norm: Vaswani et al. 2017, section 3.1
///   before   y = x + f(LayerNorm(x))      pre-norm: Xiong et al. 2020, arXiv:2002.04745
enum class NormPlace : std::uint8_t { behind, before };

/// A residual connection around a branch, with its norm.      x, f(x), y: [tokens, model]
/// In training f's result is dropped out.
struct Residual {
  LayerNorm norm;
  NormPlace place = NormPlace::behind;

  static void parts(auto& self, auto&& visit) { visit("", self.norm); }

  template <class Context, class Value, class Branch>
  Value operator()(const Context& run, const Value& x, const Branch& branch) const {
    if (place == NormPlace::behind) return norm(run, x, branch(x));
    return add(run, drop(run, branch(norm(run, copy(run, x)))), x);
  }
};

}  // namespace mana::nn
