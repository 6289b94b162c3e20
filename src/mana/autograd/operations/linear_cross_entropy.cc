#include "mana/autograd/operations/linear_cross_entropy.h"

#include <fmt/format.h>

#include <utility>

#include "mana/base/errors.h"
#include "mana/operations/elementwise.h"

namespace mana::autograd {
namespace {

void check(const Variable& x, const Parameter& weights, const std::vector<std::uint32_t>& classes) {
  if (classes.size() != x.rows()) {
    throw ArgumentError(fmt::format("{} classes do not fit {} rows", classes.size(), x.rows()));
  }
  for (const std::uint32_t each : classes) {
    if (each < weights.rows || each == kIgnored) continue;
    throw ArgumentError(fmt::format("class {} is not among the {} of {}", each, weights.rows, weights.name));
  }
  if (weights.sparse && !weights.frozen) {
    throw ArgumentError(
        fmt::format("{} is multiplied, so its gradient has all rows; it cannot be sparse", weights.name));
  }
}

struct LinearCrossEntropy {
  Variable x;
  Parameter& weights;
  Parameter* bias;
  std::vector<std::uint32_t> classes;
  float smoothing;
  operations::SoftmaxSums softmax = {};

  operations::ClassWeights map() const {
    return {weights.values.data(), bias == nullptr ? nullptr : bias->values.data(), weights.rows};
  }
  operations::Targets targets() const { return {classes, smoothing}; }
  bool trains() const { return x.needs_gradient() || !weights.frozen || (bias != nullptr && !bias->frozen); }

  void operator()(const Tensor& dy) const {
    const Run& run = x.tape().run();
    const operations::ClassGradients sums{weights.frozen ? nullptr : weights.gradient.data(),
                                          bias == nullptr || bias->frozen ? nullptr : bias->gradient.data()};
    Tensor dx =
        operations::cross_entropy_gradient(run, x.value(), map(), targets(), softmax, dy, sums, x.needs_gradient());
    if (!x.needs_gradient()) return;
    if (x.has_gradient()) return operations::add(run, dx, x.gradient());
    x.set_gradient(std::move(dx));
  }
};

}  // namespace

Variable linear_cross_entropy(Variable x, Parameter& weights, Parameter* bias, std::vector<std::uint32_t> classes,
                              float smoothing) {
  check(x, weights, classes);
  Tape& tape = x.tape();
  LinearCrossEntropy operation{x, weights, bias, std::move(classes), smoothing};
  operations::CrossEntropy result =
      operations::cross_entropy(tape.run(), x.value(), operation.map(), operation.targets());
  if (!operation.trains()) return tape.constant(std::move(result.losses));
  operation.softmax = std::move(result.softmax);
  return tape.record(std::move(result.losses), std::move(operation));
}

}  // namespace mana::autograd
