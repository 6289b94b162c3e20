#include "mana/autograd/operations/product.h"

#include <algorithm>

#include "mana/autograd/operations/view.h"
#include "mana/autograd/reference/product.h"
#include "mana/operations/elementwise.h"
#include "mana/operations/linear.h"
#include "mana/operations/own_layout.h"

namespace mana::autograd {
namespace {

Tensor transposed(const Run& run, const Tensor& x) {
  Tensor y = run.tensor(x.columns(), x.rows());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t k = 0; k < x.columns(); ++k) y.row(k)[i] = x.row(i)[k];
  }
  return y;
}

}  // namespace

Tensor product(const Run& run, const Tensor& a, const Tensor& b) {
  const Run f32{kernels::table(run.kernels.isa), run.pool, run.team};
  const operations::OwnLayout weights(f32, b.data(), nullptr, b.rows(), b.columns());
  return operations::linear(f32, a, *weights);
}

Variable product(Variable a, Variable b) {
  const Run& run = a.tape().run();
  return a.tape().record(product(run, a.value(), b.value()), {a, b}, [&run, a, b](const Tensor& dy) {
    if (a.needs_gradient()) operations::add(run, product(run, dy, transposed(run, b.value())), a.gradient());
    if (b.needs_gradient()) {
      operations::add(run, product(run, transposed(run, dy), transposed(run, a.value())), b.gradient());
    }
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
