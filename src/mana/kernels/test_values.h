#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include "mana/tensor/buffer.h"

namespace mana::kernels {

inline std::vector<float> random_values(std::size_t size, unsigned seed, float spread = 1.0f) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

/// A copy that starts `shift` floats behind a 64-byte boundary, with a guard value behind its end.
struct Shifted {
  Shifted(const std::vector<float>& values, std::size_t shift)
      : memory(values.size() + shift + 1), offset(shift), size(values.size()) {
    std::ranges::copy(values, data());
    memory.data()[offset + size] = kGuard;
  }
  float* data() { return memory.data() + offset; }
  std::vector<float> values() { return {data(), data() + size}; }
  bool guarded() const { return memory.data()[offset + size] == kGuard; }

  static constexpr float kGuard = -12345.0f;
  Buffer<float> memory;
  std::size_t offset, size;
};

inline std::vector<double> widened(const std::vector<float>& values) { return {values.begin(), values.end()}; }

/// ‖values - expected‖ / ‖expected‖.
template <class Values>
double relative_error(const Values& values, const std::vector<double>& expected) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference += (values[i] - expected[i]) * (values[i] - expected[i]);
    norm += expected[i] * expected[i];
  }
  return difference == 0 ? 0 : std::sqrt(difference / norm);  // NaN where there is one
}

}  // namespace mana::kernels
