#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mana/search/vectors.h"

namespace mana::explain {

/// The cosine of two means as a sum over pairs. With x̄ = 1/n Σ_i x_i and ȳ = 1/m Σ_j y_j:
///
///   cos(x̄, ȳ) = Σ_i Σ_j s_ij,   s_ij = x_i · y_j / (n m ‖x̄‖ ‖ȳ‖)
///
/// so s_ij is what token i of one text and token j of the other give to the cosine, exactly. All of them are 0 where a
/// mean is 0 and has no direction.
struct PairShares {
  std::size_t rows = 0;        ///< n
  std::size_t columns = 0;     ///< m
  std::vector<double> values;  ///< [n, m]
  double sum = 0;              ///< the cosine

  double at(std::size_t i, std::size_t j) const { return values[i * columns + j]; }
  /// Σ_j s_ij: what a token of the first text gives, and of the second.
  double of_row(std::size_t i) const;
  double of_column(std::size_t j) const;
};

/// x: [n, dimensions], y: [m, dimensions], n and m above 0. Sums are in double.
PairShares pair_shares(const search::Vectors& x, const search::Vectors& y);

}  // namespace mana::explain
