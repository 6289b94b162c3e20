#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/autograd/tape.h"

namespace mana::train {

/// What a loss is computed from: for each column of texts the vectors of a batch, all [rows, dimensions].
using Columns = std::span<const autograd::Variable>;

/// What stands beside the texts of a batch: numbers or classes, as the loss asks for (Label), or neither.
struct Labels {
  Tensor values = {};                       ///< [rows, k]
  std::vector<std::uint32_t> classes = {};  ///< [rows]: 0, 1, …
};

/// The columns [begin, end) of the values as a constant on the tape of x.
autograd::Variable on_tape_of(autograd::Variable x, const Tensor& values, std::size_t begin, std::size_t end);
inline autograd::Variable on_tape_of(autograd::Variable x, const Tensor& values) {
  return on_tape_of(x, values, 0, values.columns());
}

}  // namespace mana::train
