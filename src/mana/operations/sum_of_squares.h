#pragma once

#include <span>

#include "mana/kernels/run.h"

namespace mana::operations {

/// Σ x² over all blocks, each summed by itself and then one after the other.
double sum_of_squares(const kernels::Run& run, std::span<const std::span<const float>> blocks);

}  // namespace mana::operations
