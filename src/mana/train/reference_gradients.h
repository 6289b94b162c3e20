#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/formats/safetensors.h"

namespace mana::train {

/// What tests hold gradients to: those of a reference implementation in a file, by the parameters' names; each number
/// within `tolerance` times the largest of its tensor. Returns how many tensors the file has of them.
inline std::size_t expect_gradients(std::span<const autograd::Parameter> parameters, const std::filesystem::path& path,
                                    double tolerance) {
  const formats::Safetensors file = formats::Safetensors::open(path);
  std::size_t compared = 0;
  for (const autograd::Parameter& parameter : parameters) {
    const auto stored = file.tensors().find(parameter.name);
    if (stored == file.tensors().end()) continue;
    std::vector<float> expected(parameter.size());
    formats::to_f32(stored->second, expected);
    float largest = 0;
    for (const float each : expected) largest = std::max(largest, std::abs(each));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!(std::abs(double{parameter.gradient[i]} - double{expected[i]}) <= tolerance * double{largest})) ++wrong;
    }
    EXPECT_EQ(wrong, 0U) << parameter.name;
    ++compared;
  }
  return compared;
}

}  // namespace mana::train
