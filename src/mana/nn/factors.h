#pragma once

#include "mana/nn/run.h"

namespace mana::nn {

/// x as the kernels multiply it: itself where it has factors or they take values, else factors made of its values, in
/// `made`.
const Tensor& ready(const Run& run, const Tensor& x, Tensor& made);

}  // namespace mana::nn
