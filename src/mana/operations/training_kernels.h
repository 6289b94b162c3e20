#pragma once

#include "mana/kernels/gradients.h"
#include "mana/kernels/run.h"

namespace mana::operations {

/// The kernels of training that belong to those of a run.
inline const kernels::GradientTable& training_kernels(const kernels::Run& run) {
  return kernels::gradient_table(run.kernels.isa, run.kernels.precision);
}

}  // namespace mana::operations
