#include "mana/nn/linear.h"

#include <utility>

#include "mana/nn/factors.h"
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

/// y = f(x Wᵀ + b) into what y has: values, or these rounded.
void multiply(const Run& run, const Tensor& x, Rows from, const PackedLinear& weights, Activation activation, Tensor& y,
              std::size_t to) {
  const Ready factors(run, x, run.kernels.factors);
  Tensor scratch = scratch_of(run, run.kernels.linear_scratch(from.count, weights.inputs()));
  run.split(weights.panel_count(), [&](std::size_t first, std::size_t last, unsigned thread) {
    run.kernels.linear({.x = values_from(*factors, from.first),
                        .rows = from.count,
                        .weights = weights,
                        .activation = activation,
                        .y = values_from(y, to),
                        .first_panel = first,
                        .last_panel = last,
                        .scratch = scratch_row(scratch, thread),
                        .factors = factors_from(*factors, from.first),
                        .y_rounded = factors_from(y, to)});
  });
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

/// du = dy ∘ f'(u), in u's memory
void activation_gradient(const Training& training, Activation activation, Tensor& u, const Tensor& dy) {
  const auto timer = training.run().timer("activation gradient");
  training.run().split(u.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    const std::size_t begin = first * u.columns();
    training.kernels().activation_gradient(
        {activation, u.data() + begin, dy.data() + begin, (last - first) * u.columns(), u.data() + begin});
  });
}

/// du W. The product's own layout of W is made for it and goes with it: W changes with every step anyway.
Tensor input_gradient(const Training& training, const PackedLinear& weights, const float* values, const Tensor& du) {
  const Run& run = training.run();
  PackedLinear transposed(weights.inputs(), weights.outputs(), weights.layout());
  Tensor memory = run.tensor(1, (transposed.byte_size() + sizeof(float) - 1) / sizeof(float));
  transposed.allocate_in({reinterpret_cast<std::byte*>(memory.data()), transposed.byte_size()});
  {
    const auto timer = run.timer("packing of weights");
    run.split(transposed.panel_count(), [&](std::size_t first, std::size_t last, unsigned) {
      training.kernels().pack({values, nullptr, true, transposed, first, last});
    });
  }
  const Profile::Timer timer(run.profile, run.threads(), "linear input gradient", transposed.inputs(),
                             transposed.outputs(), arithmetic_of(du.rows(), transposed));
  Tensor dx = run.tensor(du.rows(), transposed.outputs());
  multiply(run, du, {0, du.rows()}, transposed, Activation::identity, dx, 0);
  return dx;
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

/// u = x Wᵀ + b;      dW += duᵀ x,   db += Σ_rows du,   dx += du W
struct LinearGradient {
  Training training;
  const TrainedLinear& parameters;
  const PackedLinear& weights;
  Variable x;

  void operator()(const Tensor& du) const {
    add_parameter_gradients(training, parameters, x.value(), du);
    x.release();
    if (!x.needs_gradient()) return;
    add_gradient(training, x, input_gradient(training, weights, parameters.weights.front()->values.data(), du));
  }
};

/// y = f(u);      du = dy ∘ f'(u)
struct ActivatedGradient {
  LinearGradient linear;
  Activation activation;
  Tensor u;

  Tensor value() const { return activate(linear.training, activation, u); }
  void operator()(const Tensor& dy) {
    activation_gradient(linear.training, activation, u, dy);
    linear(u);
  }
};

}  // namespace

Tensor Linear::operator()(const Run& run, const Tensor& x, Activation activation, Use use) const {
  Tensor y = result_of(run, x.rows(), weights.outputs(), use);
  rows(run, x, {0, x.rows()}, activation, y, 0);
  return y;
}

void Linear::rows(const Run& run, const Tensor& x, Rows from, Activation activation, Tensor& y, std::size_t to) const {
  const Profile::Timer timer(run.profile, run.threads(), "linear", weights.inputs(), weights.outputs(),
                             arithmetic_of(from.count, weights));
  multiply(run, x, from, weights, activation, y, to);
}

Variable Linear::operator()(const Training& training, const Variable& x, Activation activation, Use) const {
  const TrainedLinear& parameters = training.parts.of(*this);
  if (!x.needs_gradient() && !parameters.trains()) {
    return training.tape.constant((*this)(training.run(), x.value(), activation));
  }
  Tensor u = (*this)(training.run(), x.value());
  LinearGradient gradient{training, parameters, weights, x};
  if (activation == Activation::identity) return training.tape.record(std::move(u), gradient);
  Tensor y = activate(training, activation, u);
  return training.tape.record(std::move(y), ActivatedGradient{gradient, activation, std::move(u)});
}

Variable Linear::operator()(const Training& training, Variable&& x, Activation activation, Use) const {
  Variable y = (*this)(training, std::as_const(x), activation);
  x.release();
  return y;
}

}  // namespace mana::nn
