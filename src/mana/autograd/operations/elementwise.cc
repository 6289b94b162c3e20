#include "mana/autograd/operations/elementwise.h"

#include "mana/autograd/reference/elementwise.h"

namespace mana::autograd {
namespace {

std::size_t size_of(const Tensor& x) { return x.rows() * x.columns(); }

/// y = f(x)      dx += f'(x) dy
template <class Function>
Variable unary(Variable x, Function f) {
  Tensor y = x.tape().tensor(x.rows(), x.columns());
  for (std::size_t i = 0; i < size_of(y); ++i) y.data()[i] = f.value(x.value().data()[i]);
  return x.tape().record(std::move(y), {x}, [x, f](const Tensor& dy) {
    const float* value = x.value().data();
    float* dx = x.gradient().data();
    for (std::size_t i = 0; i < size_of(dy); ++i) dx[i] += f.slope(value[i]) * dy.data()[i];
  });
}

/// y = f(a, b)      da += ∂f/∂a dy, db += ∂f/∂b dy
template <class Function>
Variable binary(Variable a, Variable b, Function f) {
  Tensor y = a.tape().tensor(a.rows(), a.columns());
  for (std::size_t i = 0; i < size_of(y); ++i) y.data()[i] = f.value(a.value().data()[i], b.value().data()[i]);
  return a.tape().record(std::move(y), {a, b}, [a, b, f](const Tensor& dy) {
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

Variable operator*(float c, Variable x) { return unary(x, reference::Scale{c}); }
Variable operator+(Variable x, float c) { return unary(x, reference::Shift{c}); }
Variable operator+(Variable a, Variable b) { return binary(a, b, reference::Add{}); }
Variable operator-(Variable a, Variable b) { return binary(a, b, reference::Subtract{}); }
Variable operator*(Variable a, Variable b) { return binary(a, b, reference::Multiply{}); }

Variable square(Variable x) { return x * x; }
Variable absolute(Variable x) { return unary(x, reference::Absolute{}); }
Variable relu(Variable x) { return unary(x, reference::Relu{}); }
Variable softplus(Variable x) { return unary(x, reference::Softplus{}); }

}  // namespace mana::autograd
