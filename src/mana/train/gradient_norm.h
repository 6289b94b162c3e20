#pragma once

#include <span>

#include "mana/autograd/parameter.h"
#include "mana/kernels/run.h"

namespace mana::train {

/// ‖g‖₂ over the gradients of all parameters that are not frozen, of sparse ones over the rows touched; summed in
/// blocks of fixed size and in order, so that its bits do not depend on the threads.
double gradient_norm(const kernels::Run& run, std::span<const autograd::Parameter> parameters);

/// What gradients of this norm are multiplied by so that it is at most `largest` (Pascanu et al. 2013): 1 where it is.
double clip_scale(double norm, double largest);

}  // namespace mana::train
