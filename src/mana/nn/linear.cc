#include "mana/nn/linear.h"

#include <utility>

#include "mana/nn/gradient_target.h"

namespace mana::nn {
namespace {

using kernels::Activation;
using kernels::PackedLinear;

double arithmetic_of(std::size_t rows, const PackedLinear& weights) {
  return 2.0 * static_cast<double>(rows * weights.inputs() * weights.outputs());
}

/// A row of scratch for each thread, in floats.
Tensor scratch_of(const Run& run, std::size_t bytes) { return run.tensor(run.threads(), (bytes + 63) / 64 * 16); }

std::byte* scratch_row(Tensor& scratch, unsigned thread) {
  return reinterpret_cast<std::byte*>(scratch.row(thread).data());
}

Tensor product(const Run& run, const Tensor& x, const PackedLinear& weights, Activation activation) {
  Tensor y = run.tensor(x.rows(), weights.outputs());
  Tensor scratch = scratch_of(run, run.kernels.linear_scratch(x.rows(), weights.inputs()));
  run.split(weights.panel_count(), [&](std::size_t first, std::size_t last, unsigned thread) {
    run.kernels.linear({.x = x.data(),
                        .rows = x.rows(),
                        .weights = weights,
                        .activation = activation,
                        .y = y.data(),
                        .first_panel = first,
                        .last_panel = last,
                        .scratch = scratch_row(scratch, thread)});
  });
  return y;
}

/// y = f(u), element by element.
Tensor activate(const Training& training, Activation activation, const Tensor& u) {
  const auto timer = training.run().timer("activation");
  Tensor y = training.run().tensor(u.rows(), u.columns());
  training.run().split(u.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    const std::size_t begin = first * u.columns();
    training.kernels().activate({activation, u.data() + begin, (last - first) * u.columns(), y.data() + begin});
  });
  return y;
}

/// du = dy ∘ f'(u)
Tensor activation_gradient(const Training& training, Activation activation, const Tensor& u, const Tensor& dy) {
  const auto timer = training.run().timer("activation gradient");
  Tensor du = training.run().tensor(u.rows(), u.columns());
  training.run().split(u.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    const std::size_t begin = first * u.columns();
    training.kernels().activation_gradient(
        {activation, u.data() + begin, dy.data() + begin, (last - first) * u.columns(), du.data() + begin});
  });
  return du;
}

/// dW += duᵀ x,   db += Σ_rows du
void add_parameter_gradients(const Training& training, const TrainedLinear& parameters, const Tensor& x,
                             const Tensor& du) {
  const Run& run = training.run();
  GradientTarget weights(run, parameters.weights), biases(run, parameters.biases);
  if (weights.data() != nullptr) {
    const std::size_t inputs = x.columns(), outputs = du.columns();
    const double arithmetic = 2.0 * static_cast<double>(x.rows() * inputs * outputs);
    const Profile::Timer timer(run.profile, run.threads(), "linear weight gradient", inputs, outputs, arithmetic);
    Tensor scratch = scratch_of(run, training.kernels().weight_gradient_scratch(x.rows(), inputs, outputs));
    run.split(kernels::weight_gradient_parts(inputs, outputs),
              [&](std::size_t first, std::size_t last, unsigned thread) {
                training.kernels().weight_gradient({.x = x.data(),
                                                    .dy = du.data(),
                                                    .rows = x.rows(),
                                                    .inputs = inputs,
                                                    .outputs = outputs,
                                                    .dw = weights.data(),
                                                    .db = biases.data(),
                                                    .first_part = first,
                                                    .last_part = last,
                                                    .scratch = scratch_row(scratch, thread)});
              });
  } else if (biases.data() != nullptr) {
    run.split(du.columns(), [&](std::size_t first, std::size_t last, unsigned) {
      training.kernels().add_rows({du.data(), du.rows(), du.columns(), first, last, biases.data()});
    });
  }
  weights.finish();
  biases.finish();
}

}  // namespace

Tensor Linear::operator()(const Run& run, const Tensor& x, Activation activation) const {
  const Profile::Timer timer(run.profile, run.threads(), "linear", weights.inputs(), weights.outputs(),
                             arithmetic_of(x.rows(), weights));
  return product(run, x, weights, activation);
}

/// u = x Wᵀ + b,   y = f(u);      du = dy ∘ f'(u),   dx += du W,   dW += duᵀ x,   db += Σ_rows du
Variable Linear::operator()(const Training& training, Variable x, Activation activation) const {
  const TrainedLinear& parameters = training.parts.of(*this);
  if (!x.needs_gradient() && !parameters.trains()) {
    return training.tape.constant((*this)(training.run(), x.value(), activation));
  }
  Tensor u = (*this)(training.run(), x.value());
  const auto backward = [training, x, &parameters](const Tensor& du) {
    add_parameter_gradients(training, parameters, x.value(), du);
    if (!x.needs_gradient()) return;
    const Run& run = training.run();
    Tensor dx = [&] {
      const PackedLinear& transposed = parameters.transposed;
      const Profile::Timer timer(run.profile, run.threads(), "linear input gradient", transposed.inputs(),
                                 transposed.outputs(), arithmetic_of(du.rows(), transposed));
      return product(run, du, transposed, Activation::identity);
    }();
    add_gradient(training, x, std::move(dx));
  };
  if (activation == Activation::identity) return training.tape.record(std::move(u), backward);
  Tensor y = activate(training, activation, u);
  return training.tape.record(std::move(y), [training, activation, u = std::move(u), backward](const Tensor& dy) {
    backward(activation_gradient(training, activation, u, dy));
  });
}

}  // namespace mana::nn
