#include "mana/nn/layer_norm.h"

#include <optional>
#include <utility>

#include "mana/operations/add_norm.h"
#include "mana/operations/elementwise.h"

namespace mana::nn {
namespace {

using operations::Normal;

operations::NormWeights weights_of(const LayerNorm& norm) { return {norm.gamma, norm.beta, norm.epsilon}; }

/// Where a parameter's gradient is added up; nowhere for what is frozen or is no parameter.
std::span<float> gradient_of(const Parameter* parameter) {
  return parameter == nullptr || parameter->frozen ? std::span<float>() : parameter->gradient;
}

/// h = x + dropout(y),   n = (h - mean(h)) s,   s = 1 / √(var(h) + ε),   z = n γ + β;
/// dn = dz ∘ γ,   dh = s (dn - mean(dn) - n mean(dn ∘ n)),   dx += dh,   dy += dropout(dh)
struct NormGradient {
  Training training;
  const LayerNorm& norm;
  const TrainedNorm& parameters;
  Variable x;
  std::optional<Variable> y;
  kernels::Dropout dropout;
  Normal normal;

  Tensor value() const { return operations::norm_value(training.run(), weights_of(norm), normal); }

  void operator()(const Tensor& dz) const {
    const bool wants_y = y && y->needs_gradient();
    auto [dh, dy] = operations::norm_gradients(training.run(), weights_of(norm), normal, dropout, dz, wants_y,
                                               gradient_of(parameters.gamma), gradient_of(parameters.beta));
    if (x.needs_gradient()) add_gradient(training, x, std::move(dh));
    if (wants_y) add_gradient(training, *y, std::move(dy));
  }
};

Variable record(const Training& training, const LayerNorm& norm, Variable x, std::optional<Variable> y) {
  const TrainedNorm& parameters = training.parts.of(norm);
  const kernels::Dropout dropout = y ? training.masks.next(training.masks.hidden) : kernels::Dropout();
  auto [z, normal] = operations::normalized_sum(training.run(), weights_of(norm), y ? &x.value() : nullptr,
                                                y ? y->take_value() : x.take_value(), dropout);
  x.release();
  if (!parameters.trains() && !x.needs_gradient() && !(y && y->needs_gradient())) {
    return training.tape.constant(std::move(z));
  }
  return training.tape.record(std::move(z), NormGradient{training, norm, parameters, x, y, dropout, std::move(normal)});
}

/// h = x + dropout(y);   dx += dh,   dy += dropout(dh)
struct SumGradient {
  Training training;
  Variable x;
  Variable y;
  kernels::Dropout dropout;

  void operator()(const Tensor& dh) const {
    const Run& run = training.run();
    if (y.needs_gradient()) {
      add_gradient(training, y, dropout.active() ? operations::drop(run, dropout, dh) : operations::copy(run, dh));
    }
    if (x.needs_gradient()) add_gradient(training, x, operations::copy(run, dh));
  }
};

}  // namespace

LayerNorm::Beside<Tensor> LayerNorm::beside(const Run& run, Tensor x, std::optional<Tensor> y) const {
  Tensor z = operations::norm_beside(run, weights_of(*this), x, y ? &*y : nullptr);
  return {std::move(x), std::move(z)};
}

LayerNorm::Beside<Variable> LayerNorm::beside(const Training& training, Variable x, std::optional<Variable> y) const {
  if (!y) return {x, (*this)(training, copy(training, x))};
  const kernels::Dropout dropout = training.masks.next(training.masks.hidden);
  Tensor sum = x.take_value();
  auto [z, normal] = operations::normalized_beside(training.run(), weights_of(*this), sum, y->take_value(), dropout);
  const Variable h = training.tape.record(std::move(sum), {x, *y}, SumGradient{training, x, *y, dropout});
  const TrainedNorm& parameters = training.parts.of(*this);
  if (!parameters.trains() && !h.needs_gradient()) return {h, training.tape.constant(std::move(z))};
  return {h,
          training.tape.record(std::move(z), NormGradient{training, *this, parameters, h, {}, {}, std::move(normal)})};
}

Tensor LayerNorm::operator()(const Run& run, Tensor x) const {
  operations::add_norm(run, weights_of(*this), nullptr, x);
  return x;
}

Variable LayerNorm::operator()(const Training& training, Variable x) const { return record(training, *this, x, {}); }

Tensor LayerNorm::operator()(const Run& run, const Tensor& x, Tensor y) const {
  operations::add_norm(run, weights_of(*this), &x, y);
  return y;
}

Variable LayerNorm::operator()(const Training& training, Variable x, Variable y) const {
  return record(training, *this, x, y);
}

}  // namespace mana::nn
