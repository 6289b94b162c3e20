#include "mana/autograd/operations/product.h"

#include <algorithm>

#include "mana/autograd/operations/view.h"
#include "mana/autograd/reference/product.h"
#include "mana/kernels/packed_linear.h"

namespace mana::autograd {
namespace {

Tensor transposed(const Run& run, const Tensor& x) {
  Tensor y = run.tensor(x.columns(), x.rows());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t k = 0; k < x.columns(); ++k) y.row(k)[i] = x.row(i)[k];
  }
  return y;
}

void add_to(Tensor& sum, const Tensor& x) {
  for (std::size_t i = 0; i < x.rows() * x.columns(); ++i) sum.data()[i] += x.data()[i];
}

}  // namespace

Tensor product(const Run& run, const Tensor& a, const Tensor& b) {
  const kernels::Table& kernels = kernels::table(run.kernels.isa);
  kernels::PackedLinear weights(b.rows(), b.columns(), kernels.layout);
  weights.set(0, {b.data(), b.rows() * b.columns()}, {});
  Tensor y = run.tensor(a.rows(), b.rows());
  // A row of scratch for each thread, in floats.
  const std::size_t scratch_bytes = kernels.linear_scratch(a.rows(), a.columns());
  Tensor scratch = run.tensor(run.threads(), (scratch_bytes + 63) / 64 * 16);
  run.split(weights.panel_count(), [&](std::size_t first, std::size_t last, unsigned thread) {
    kernels.linear({.x = a.data(),
                    .rows = a.rows(),
                    .weights = weights,
                    .activation = kernels::Activation::identity,
                    .y = y.data(),
                    .first_panel = first,
                    .last_panel = last,
                    .scratch = reinterpret_cast<std::byte*>(scratch.row(thread).data())});
  });
  return y;
}

Variable product(Variable a, Variable b) {
  return a.tape().record(product(a.tape().run(), a.value(), b.value()), {a, b},
                         [&run = a.tape().run(), a, b](const Tensor& dy) {
                           if (a.needs_gradient()) add_to(a.gradient(), product(run, dy, transposed(run, b.value())));
                           if (b.needs_gradient())
                             add_to(b.gradient(), product(run, transposed(run, dy), transposed(run, a.value())));
                         });
}

Variable add_row(Variable x, Variable b) {
  Tensor y = x.tape().tensor(x.rows(), x.columns());
  reference::add_row(view(x.value()), view(b.value()), view(y));
  return x.tape().record(std::move(y), {x, b}, [x, b](const Tensor& dy) {
    if (x.needs_gradient()) reference::add_row_gradient_x(view(dy), view(x.gradient()));
    if (b.needs_gradient()) reference::add_row_gradient_b(view(dy), view(b.gradient()));
  });
}

Variable parameter_value(Tape& tape, Parameter& parameter) {
  Tensor y = tape.tensor(parameter.rows, parameter.columns);
  std::copy_n(parameter.values.data(), parameter.size(), y.data());
  if (parameter.frozen) return tape.constant(std::move(y));
  return tape.record(std::move(y), [&parameter](const Tensor& dy) {
    for (std::size_t i = 0; i < parameter.size(); ++i) parameter.gradient[i] += dy.data()[i];
  });
}

}  // namespace mana::autograd
