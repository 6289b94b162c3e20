#pragma once

#include <vector>

#include "mana/kernels/matrix_weights.h"
#include "mana/nn/training.h"

namespace mana::nn {

/// y = f(x Wᵀ + b)      x: [rows, inputs], W: [outputs, inputs], b: [outputs] -> y: [rows, outputs]
/// or without b, which then is zero in `weights` and no parameter.
struct Linear {
  kernels::MatrixWeights weights;
  bool bias = true;
  /// The outputs of each of several maps of the same x that are one product here but may be tensors of their own in
  /// checkpoints (query, key and value); empty: it is one map.
  std::vector<std::size_t> stacked = {};

  Tensor operator()(const Run& run, const Tensor& x, kernels::Activation activation = kernels::Activation::identity,
                    Use use = Use::value) const;
  Variable operator()(const Training& training, const Variable& x,
                      kernels::Activation activation = kernels::Activation::identity, Use use = Use::value) const;
  /// The same of an x that nobody else reads: its value is released.
  Variable operator()(const Training& training, Variable&& x,
                      kernels::Activation activation = kernels::Activation::identity, Use use = Use::value) const;
};

}  // namespace mana::nn
