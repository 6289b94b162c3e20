#include "mana/operations/linear.h"

#include "mana/operations/own_layout.h"
#include "mana/operations/scratch.h"
#include "mana/operations/training_kernels.h"

namespace mana::operations {
namespace {

double arithmetic_of(std::size_t rows, const MatrixWeights& weights) {
  return 2.0 * static_cast<double>(rows * weights.inputs() * weights.outputs());
}

void multiply(const Run& run, const Tensor& x, Rows from, const MatrixWeights& weights, Activation activation,
              Tensor& y, std::size_t to) {
  const Operands operands(run, x, run.kernels.operands);
  Scratch scratch(run, run.kernels.linear_scratch(from.count, weights.inputs()));
  run.split(weights.panel_count(), [&](std::size_t first, std::size_t last, unsigned thread) {
    run.kernels.linear({.x = values_from(*operands, from.first),
                        .rows = from.count,
                        .weights = weights,
                        .activation = activation,
                        .y = values_from(y, to),
                        .first_panel = first,
                        .last_panel = last,
                        .scratch = scratch.bytes(thread),
                        .operands = operands_from(*operands, from.first),
                        .y_rounded = operands_from(y, to)});
  });
}

}  // namespace

Tensor linear(const Run& run, const Tensor& x, const MatrixWeights& weights, Activation activation, Use use) {
  Tensor y = result_of(run, x.rows(), weights.outputs(), use);
  linear_rows(run, x, {0, x.rows()}, weights, activation, y, 0);
  return y;
}

void linear_rows(const Run& run, const Tensor& x, Rows from, const MatrixWeights& weights, Activation activation,
                 Tensor& y, std::size_t to) {
  const Profile::Timer timer(run.profile, run.threads(), "linear", weights.inputs(), weights.outputs(),
                             arithmetic_of(from.count, weights));
  multiply(run, x, from, weights, activation, y, to);
}

// The product's own layout of W is made for it and goes with it: W changes with every step anyway.
Tensor linear_input_gradient(const Run& run, const float* weights, std::size_t inputs, const Tensor& du) {
  const OwnLayout transposed = OwnLayout::transposed(run, weights, inputs, du.columns());
  const Profile::Timer timer(run.profile, run.threads(), "linear input gradient", du.columns(), inputs,
                             arithmetic_of(du.rows(), *transposed));
  Tensor dx = run.tensor(du.rows(), inputs);
  multiply(run, du, {0, du.rows()}, *transposed, Activation::identity, dx, 0);
  return dx;
}

void add_linear_gradient(const Run& run, const float* x, std::size_t inputs, const Tensor& du, float* dw, float* db) {
  const kernels::GradientTable& kernels = training_kernels(run);
  const std::size_t rows = du.rows(), outputs = du.columns();
  if (dw != nullptr) {
    const double arithmetic = 2.0 * static_cast<double>(rows * inputs * outputs);
    const Profile::Timer timer(run.profile, run.threads(), "linear weight gradient", inputs, outputs, arithmetic);
    Scratch scratch(run, kernels.weight_gradient_scratch(rows, inputs, outputs));
    run.split(kernels::weight_gradient_parts(inputs, outputs),
              [&](std::size_t first, std::size_t last, unsigned thread) {
                kernels.weight_gradient({.x = x,
                                         .dy = du.data(),
                                         .rows = rows,
                                         .inputs = inputs,
                                         .outputs = outputs,
                                         .dw = dw,
                                         .db = db,
                                         .first_part = first,
                                         .last_part = last,
                                         .scratch = scratch.bytes(thread)});
              });
  } else if (db != nullptr) {
    run.split(outputs, [&](std::size_t first, std::size_t last, unsigned) {
      kernels.add_rows({du.data(), rows, outputs, first, last, db});
    });
  }
}

}  // namespace mana::operations
