#include "mana/train/sentence/pair_classifier.h"

#include <array>
#include <cmath>
#include <random>
#include <span>

#include "mana/autograd/operations.h"

namespace mana::train {

PairClassifier::PairClassifier(std::size_t classes, std::size_t dimensions, std::uint64_t seed) {
  const std::size_t inputs = 3 * dimensions, weights = classes * inputs;
  memory_.resize(2 * (weights + classes));
  const std::span<float> memory = memory_;
  std::mt19937_64 random(seed);
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  for (float& value : memory.first(weights + classes)) {
    // The upper 53 bits as a number in [0, 1): the same on every system, unlike the standard's distributions.
    value = static_cast<float>((static_cast<double>(random() >> 11) * 0x1p-53 * 2 - 1) * bound);
  }
  std::size_t at = 0;
  const auto part = [&](std::size_t size) {
    at += size;
    return memory.subspan(at - size, size);
  };
  parameters_.resize(2);
  autograd::Parameter &weight = parameters_[0], &bias = parameters_[1];
  weight.name = "loss.classifier.weight";
  weight.rows = classes;
  weight.columns = inputs;
  bias.name = "loss.classifier.bias";
  bias.columns = classes;
  bias.decays = false;
  for (autograd::Parameter& parameter : parameters_) parameter.values = part(parameter.size());
  for (autograd::Parameter& parameter : parameters_) parameter.gradient = part(parameter.size());
}

autograd::Variable PairClassifier::operator()(autograd::Variable u, autograd::Variable v) {
  const autograd::Variable features = join_columns(std::array{u, v, absolute(u - v)});
  const autograd::Variable weight = parameter_value(u.tape(), parameters_[0]);
  const autograd::Variable bias = parameter_value(u.tape(), parameters_[1]);
  return add_row(product(features, weight), bias);
}

}  // namespace mana::train
