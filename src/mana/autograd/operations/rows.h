#pragma once

#include "mana/autograd/tape.h"

// Each row by itself, x: [n, d]. Formulas and gradients: reference/rows.h. Threads share the rows.
namespace mana::autograd {

Variable row_sums(Variable x);              ///< Σ_k x_ik: [n, 1]
Variable row_dots(Variable a, Variable b);  ///< a_i · b_i: [n, 1]
Variable row_norms(Variable x);             ///< ‖x_i‖₂: [n, 1], differentiated as 0 at 0
Variable row_log_sums(Variable x);          ///< log Σ_k exp(x_ik): [n, 1]

/// x_i / max(‖x_i‖₂, least): [n, d]
Variable normalize_rows(Variable x, float least = 1e-12f);

/// cos(a_i, b_i): [n, 1]
Variable row_cosines(Variable a, Variable b, float least_norm = 1e-12f);

}  // namespace mana::autograd
