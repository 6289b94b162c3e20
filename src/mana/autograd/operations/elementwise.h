#pragma once

#include "mana/autograd/tape.h"

// Each element by itself; the shapes of x, a, b and y are the same. Formulas and gradients: reference/elementwise.h.
namespace mana::autograd {

Variable scale(Tape& tape, Variable x, float factor);  ///< c x
Variable shift(Tape& tape, Variable x, float offset);  ///< x + c
Variable absolute(Tape& tape, Variable x);             ///< |x|
Variable relu(Tape& tape, Variable x);                 ///< max(x, 0)
Variable softplus(Tape& tape, Variable x);             ///< log(1 + eˣ)

Variable add(Tape& tape, Variable a, Variable b);       ///< a + b
Variable subtract(Tape& tape, Variable a, Variable b);  ///< a − b
Variable multiply(Tape& tape, Variable a, Variable b);  ///< a b

}  // namespace mana::autograd
