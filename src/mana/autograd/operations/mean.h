#pragma once

#include "mana/autograd/tape.h"

// Of all elements of x together: [1, 1]. Formulas and gradients: reference/mean.h.
namespace mana::autograd {

Variable sum(Variable x);          ///< Σ x
Variable mean(Variable x);         ///< Σ x / (n d)
Variable mean_square(Variable x);  ///< Σ x² / (n d)

}  // namespace mana::autograd
