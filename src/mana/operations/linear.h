#pragma once

#include "mana/kernels/matrix_weights.h"
#include "mana/operations/operand.h"

namespace mana::operations {

using kernels::Activation;
using kernels::MatrixWeights;

/// f(x Wᵀ + b)      x: [rows, inputs], W: [outputs, inputs], b: [outputs] -> [rows, outputs]
Tensor linear(const Run& run, const Tensor& x, const MatrixWeights& weights,
              Activation activation = Activation::identity, Use use = Use::value);

/// `count` rows of a matrix from `first` on.
struct Rows {
  std::size_t first;
  std::size_t count;
};

/// The same of some rows of x alone, to as many rows of y from `to` on: values or these rounded, what y has. Whole
/// tiles stand before both.
void linear_rows(const Run& run, const Tensor& x, Rows from, const MatrixWeights& weights, Activation activation,
                 Tensor& y, std::size_t to);

/// du W, the gradient of u = x Wᵀ + b by x      du: [rows, outputs], W: [outputs, inputs] row-major -> [rows, inputs]
Tensor linear_input_gradient(const Run& run, const float* weights, std::size_t inputs, const Tensor& du);

/// dW += duᵀ x,   db += Σ_rows du      x: as many rows as du, of `inputs` values; dW: [outputs, inputs] row-major,
/// db: [outputs]; null: not wanted
void add_linear_gradient(const Run& run, const float* x, std::size_t inputs, const Tensor& du, float* dw, float* db);

}  // namespace mana::operations
