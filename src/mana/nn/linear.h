#pragma once

#include "mana/kernels/packed_linear.h"
#include "mana/nn/training.h"

namespace mana::nn {

/// y = f(x Wᵀ + b)      x: [rows, inputs], W: [outputs, inputs], b: [outputs] -> y: [rows, outputs]
struct Linear {
  kernels::PackedLinear weights;

  Tensor operator()(const Run& run, const Tensor& x, kernels::Activation activation = kernels::Activation::identity,
                    Use use = Use::value) const;
  Variable operator()(const Training& training, const Variable& x,
                      kernels::Activation activation = kernels::Activation::identity, Use use = Use::value) const;
  /// The same of an x that nobody else reads: its value is released.
  Variable operator()(const Training& training, Variable&& x,
                      kernels::Activation activation = kernels::Activation::identity, Use use = Use::value) const;
};

}  // namespace mana::nn
