#pragma once

#include "mana/kernels/packed_linear.h"
#include "mana/nn/training.h"

namespace mana::nn {

/// `count` rows of a matrix from `first` on.
struct Rows {
  std::size_t first;
  std::size_t count;
};

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

  /// Some rows of x alone, to as many rows of y from `to` on. Whole tiles stand before both.
  void rows(const Run& run, const Tensor& x, Rows from, kernels::Activation activation, Tensor& y,
            std::size_t to) const;
};

}  // namespace mana::nn
