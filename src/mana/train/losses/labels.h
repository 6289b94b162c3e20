#pragma once

#include <cstdint>
#include <vector>

#include "mana/autograd/tape.h"

namespace mana::train {

/// The columns [begin, end) of the labels as a value on the tape.
autograd::Variable constant(autograd::Tape& tape, const Tensor& labels, std::size_t begin, std::size_t end);
inline autograd::Variable constant(autograd::Tape& tape, const Tensor& labels) {
  return constant(tape, labels, 0, labels.columns());
}

/// Labels that are classes.
std::vector<std::uint32_t> categories(const Tensor& labels);

}  // namespace mana::train
