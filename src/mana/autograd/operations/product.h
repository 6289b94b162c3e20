#pragma once

#include "mana/autograd/parameter.h"
#include "mana/autograd/tape.h"

namespace mana::autograd {

/// A Bᵀ      A: [n, d], B: [m, d] -> [n, m]. Computed in f32 by the kernels for linear maps, whatever the run's
/// precision: products of whole texts are few, and their differences small. Gradients: reference/product.h.
Variable product(Variable a, Variable b);
/// The same without gradients.
Tensor product(const Run& run, const Tensor& a, const Tensor& b);

/// x_i + b      x: [n, d], b: [1, d] -> [n, d]
Variable add_row(Variable x, Variable b);

/// A parameter's values on a tape: [rows, columns]. What flows back is added to the parameter's gradient.
Variable parameter_value(Tape& tape, Parameter& parameter);

}  // namespace mana::autograd
