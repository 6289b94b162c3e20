#pragma once

#include <vector>

#include "mana/nn/training.h"

namespace mana::nn {

/// LayerNorm(h) = (h - mean(h)) / √(var(h) + ε) · γ + β, row by row (Ba, Kiros and Hinton 2016), or without the shift
/// by β. On a Run the result has its operands, too: it is added and multiplied.
struct LayerNorm {
  std::vector<float> gamma;  ///< [width]
  std::vector<float> beta;   ///< [width]; zero, and no parameter, without a shift
  float epsilon = 1e-12f;
  bool shift = true;

  /// LayerNorm(x)            x: [rows, width] -> [rows, width]
  Tensor operator()(const Run& run, Tensor x) const;
  /// Nobody else may read x.
  Variable operator()(const Training& training, Variable x) const;
  /// LayerNorm(x + y), the end of every residual branch; the result takes y's memory. In training y is dropped out
  /// first, and nobody else may read it; x, which nobody reads after it, is released.
  Tensor operator()(const Run& run, const Tensor& x, Tensor y) const;
  Variable operator()(const Training& training, Variable x, Variable y) const;

  /// h = x + y and LayerNorm(h), where a residual branch is to be added and what the next one reads to be normalised;
  /// without y h is x. In training y is dropped out first. Nobody else reads x and y.
  template <class Value>
  struct Beside {
    Value sum;
    Value norm;
  };
  Beside<Tensor> beside(const Run& run, Tensor x, std::optional<Tensor> y) const;
  Beside<Variable> beside(const Training& training, Variable x, std::optional<Variable> y) const;
};

}  // namespace mana::nn
