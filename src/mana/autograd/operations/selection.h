#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/autograd/tape.h"

// Parts of matrices and matrices of parts. Gradients: reference/selection.h.
namespace mana::autograd {

Variable rows_between(Variable x, std::size_t begin, std::size_t end);  ///< x_begin, …, x_{end−1}
Variable columns_between(Variable x, std::size_t begin, std::size_t end);

Variable join_columns(std::span<const Variable> parts);  ///< side by side: [n, Σ d]
Variable join_rows(std::span<const Variable> parts);     ///< one below the other: [Σ n, d]

/// The same elements in another shape of the same size.
Variable reshape(Variable x, std::size_t rows, std::size_t columns);

/// x_r(i): [r.size(), d]
Variable gather_rows(Variable x, std::vector<std::uint32_t> rows);
/// x_{i, c(i)}: [n, 1]
Variable pick(Variable x, std::vector<std::uint32_t> columns);

/// The softmax regression of Bishop 2006, section 4.3.4, a mean over rows: log Σ_k exp(x_ik) − x_{i, c(i)}: [1, 1]
Variable cross_entropy(Variable x, std::vector<std::uint32_t> columns);

}  // namespace mana::autograd
