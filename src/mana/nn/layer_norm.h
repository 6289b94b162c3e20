#pragma once

#include <vector>

#include "mana/nn/run.h"

namespace mana::nn {

/// LayerNorm(h) = (h - mean(h)) / √(var(h) + ε) · γ + β, row by row (Ba, Kiros and Hinton 2016).
struct LayerNorm {
  std::vector<float> gamma;  ///< [width]
  std::vector<float> beta;   ///< [width]
  float epsilon = 1e-12f;

  /// LayerNorm(x)            x: [rows, width] -> [rows, width]
  Tensor operator()(const Run& run, Tensor x) const;
  /// LayerNorm(x + y), the end of every residual branch; the result takes y's memory.
  Tensor operator()(const Run& run, const Tensor& x, Tensor y) const;
};

}  // namespace mana::nn
