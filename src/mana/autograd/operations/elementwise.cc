#include "mana/autograd/operations/elementwise.h"

#include "mana/autograd/reference/elementwise.h"

namespace mana::autograd {
namespace {

std::size_t size_of(const Tensor& x) { return x.rows() * x.columns(); }

/// y = f(x)      dx += f'(x) dy
template <class Function>
Variable unary(Tape& tape, Variable x, Function f) {
  Tensor y = tape.tensor(x.rows(), x.columns());
  for (std::size_t i = 0; i < size_of(y); ++i) y.data()[i] = f.value(x.value().data()[i]);
  return tape.record(std::move(y), {x}, [x, f](const Tensor& dy) {
    const float* value = x.value().data();
    float* dx = x.gradient().data();
    for (std::size_t i = 0; i < size_of(dy); ++i) dx[i] += f.slope(value[i]) * dy.data()[i];
  });
}

/// y = f(a, b)      da += ∂f/∂a dy, db += ∂f/∂b dy
template <class Function>
Variable binary(Tape& tape, Variable a, Variable b, Function f) {
  Tensor y = tape.tensor(a.rows(), a.columns());
  for (std::size_t i = 0; i < size_of(y); ++i) y.data()[i] = f.value(a.value().data()[i], b.value().data()[i]);
  return tape.record(std::move(y), {a, b}, [a, b, f](const Tensor& dy) {
    const float* value_a = a.value().data();
    const float* value_b = b.value().data();
    if (a.needs_gradient()) {
      float* da = a.gradient().data();
      for (std::size_t i = 0; i < size_of(dy); ++i) da[i] += f.slope_a(value_a[i], value_b[i]) * dy.data()[i];
    }
    if (b.needs_gradient()) {
      float* db = b.gradient().data();
      for (std::size_t i = 0; i < size_of(dy); ++i) db[i] += f.slope_b(value_a[i], value_b[i]) * dy.data()[i];
    }
  });
}

}  // namespace

Variable scale(Tape& tape, Variable x, float factor) { return unary(tape, x, reference::Scale{factor}); }
Variable shift(Tape& tape, Variable x, float offset) { return unary(tape, x, reference::Shift{offset}); }
Variable absolute(Tape& tape, Variable x) { return unary(tape, x, reference::Absolute{}); }
Variable relu(Tape& tape, Variable x) { return unary(tape, x, reference::Relu{}); }
Variable softplus(Tape& tape, Variable x) { return unary(tape, x, reference::Softplus{}); }

Variable add(Tape& tape, Variable a, Variable b) { return binary(tape, a, b, reference::Add{}); }
Variable subtract(Tape& tape, Variable a, Variable b) { return binary(tape, a, b, reference::Subtract{}); }
Variable multiply(Tape& tape, Variable a, Variable b) { return binary(tape, a, b, reference::Multiply{}); }

}  // namespace mana::autograd
