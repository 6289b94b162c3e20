#pragma once

#include <cstddef>
#include <random>
#include <utility>
#include <vector>

#include "mana/nn/linear.h"

namespace mana::nn {

/// What a test of layers runs at.
using Level = std::pair<kernels::Isa, kernels::Precision>;

inline std::vector<float> random_values(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, 0.3f);
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

inline Linear random_linear(const kernels::Table& kernels, std::size_t outputs, std::size_t inputs, unsigned seed) {
  Linear layer{kernels::MatrixWeights(outputs, inputs, kernels.layout)};
  layer.weights.set(0, random_values(outputs * inputs, seed), random_values(outputs, seed + 1));
  return layer;
}

}  // namespace mana::nn
