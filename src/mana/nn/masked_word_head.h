#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "mana/kernels/activation.h"
#include "mana/nn/layer_norm.h"
#include "mana/nn/linear.h"

namespace mana::nn {

/// Which word stood where a token is hidden (Devlin et al. 2019, arXiv:1810.04805, section 3.1, task 1):
///
///   h = LayerNorm(f(x W + b)),   logits = h Eᵀ + c      x: [hidden, model] -> [hidden, vocabulary]
///
/// where E is mostly the table that the encoder looks words up in (tied: Press and Wolf 2017, arXiv:1608.05859).
struct MaskedWordHead {
  Linear transform;
  LayerNorm norm;
  Linear decoder;  ///< E and c
  kernels::Activation activation = kernels::Activation::gelu;

  static void parts(auto& self, auto&& visit) {
    visit("transform", self.transform);
    visit("norm", self.norm);
    visit("decoder", self.decoder);
  }

  /// h
  template <class Context, class Value>
  Value states(const Context& run, Value x) const {
    return norm(run, transform(run, std::move(x), activation, Use::value));
  }

  /// log Σ_k exp(logits_ik) − logits_{i, w(i)}, the cross-entropy of each word: [hidden, 1]. Logits are never whole.
  Variable losses(const Training& training, Variable x, std::vector<std::uint32_t> words) const;
};

}  // namespace mana::nn
