#pragma once

#include "mana/autograd/tape.h"

// Each element by itself; the shapes of x, a, b and y are the same. Formulas and gradients: reference/elementwise.h.
namespace mana::autograd {

Variable operator*(float c, Variable x);
Variable operator+(Variable x, float c);
Variable operator+(Variable a, Variable b);
Variable operator-(Variable a, Variable b);
Variable operator*(Variable a, Variable b);
inline Variable operator-(Variable x) { return -1.0f * x; }
inline Variable operator-(Variable x, float c) { return x + -c; }
inline Variable operator-(float c, Variable x) { return -x + c; }

Variable square(Variable x);    ///< x²
Variable absolute(Variable x);  ///< |x|
Variable relu(Variable x);      ///< max(x, 0)
Variable softplus(Variable x);  ///< log(1 + eˣ)

}  // namespace mana::autograd
