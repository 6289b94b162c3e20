#pragma once

#include <algorithm>
#include <cstddef>

#include "mana/kernels/gradients.h"

namespace mana::kernels {

/// What a WeightGradientCall's parts are of dW, and for which outputs it computes db.
struct WeightGradientRange {
  explicit WeightGradientRange(const WeightGradientCall& call) : last_output(call.outputs), last_input(call.inputs) {
    const bool along_inputs = call.inputs > call.outputs;
    std::size_t& first = along_inputs ? first_input : first_output;
    std::size_t& last = along_inputs ? last_input : last_output;
    first = std::min(call.first_part * kWeightGradientPart, last);
    last = std::min(call.last_part * kWeightGradientPart, last);
    first_bias = first_output;
    last_bias = last_output;
    const bool all_bias = along_inputs && call.first_part == 0 && call.last_part != 0;
    if (call.db == nullptr || (along_inputs && !all_bias)) last_bias = first_bias;
  }

  std::size_t first_output = 0, last_output;
  std::size_t first_input = 0, last_input;
  std::size_t first_bias, last_bias;
};

}  // namespace mana::kernels
