#include "mana/nn/linear.h"

#include <utility>

#include "mana/nn/gradient_target.h"
#include "mana/operations/elementwise.h"
#include "mana/operations/linear.h"

namespace mana::nn {
namespace {

using kernels::Activation;

/// u = x Wᵀ + b;      dW += duᵀ x,   db += Σ_rows du,   dx += du W
struct LinearGradient {
  Training training;
  const TrainedLinear& parameters;
  Variable x;

  void operator()(const Tensor& du) const {
    const Run& run = training.run();
    GradientTarget dw(run, parameters.weights), db(run, parameters.biases);
    operations::add_linear_gradient(run, x.value().data(), x.columns(), du, dw.data(), db.data());
    dw.finish();
    db.finish();
    x.release();
    if (!x.needs_gradient()) return;
    const float* weights = parameters.weights.front()->values.data();
    add_gradient(training, x, operations::linear_input_gradient(run, weights, x.columns(), du));
  }
};

/// y = f(u);      du = dy ∘ f'(u)
struct ActivatedGradient {
  LinearGradient linear;
  Activation activation;
  Tensor u;

  Tensor value() const { return operations::activate(linear.training.run(), activation, u); }
  void operator()(const Tensor& dy) {
    operations::activation_gradient(linear.training.run(), activation, dy, u);
    linear(u);
  }
};

}  // namespace

Tensor Linear::operator()(const Run& run, const Tensor& x, Activation activation, Use use) const {
  return operations::linear(run, x, weights, activation, use);
}

Variable Linear::operator()(const Training& training, const Variable& x, Activation activation, Use) const {
  const TrainedLinear& parameters = training.parts.of(*this);
  if (!x.needs_gradient() && !parameters.trains()) {
    return training.tape.constant((*this)(training.run(), x.value(), activation));
  }
  Tensor u = (*this)(training.run(), x.value());
  const LinearGradient gradient{training, parameters, x};
  if (activation == Activation::identity) return training.tape.record(std::move(u), gradient);
  Tensor y = operations::activate(training.run(), activation, u);
  return training.tape.record(std::move(y), ActivatedGradient{gradient, activation, std::move(u)});
}

Variable Linear::operator()(const Training& training, Variable&& x, Activation activation, Use) const {
  Variable y = (*this)(training, std::as_const(x), activation);
  x.release();
  return y;
}

}  // namespace mana::nn
