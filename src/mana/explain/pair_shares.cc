#include "mana/explain/pair_shares.h"

#include <cmath>

namespace mana::explain {
namespace {

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c) sum += double{a[c]} * b[c];
  return sum;
}

/// ‖Σ_i x_i‖
double length_of_sum(const search::Vectors& x) {
  double squares = 0;
  for (std::size_t c = 0; c < x.dimensions; ++c) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i][c];
    squares += sum * sum;
  }
  return std::sqrt(squares);
}

}  // namespace

double PairShares::of_row(std::size_t i) const {
  double sum_of_row = 0;
  for (std::size_t j = 0; j < columns; ++j) sum_of_row += at(i, j);
  return sum_of_row;
}

double PairShares::of_column(std::size_t j) const {
  double sum_of_column = 0;
  for (std::size_t i = 0; i < rows; ++i) sum_of_column += at(i, j);
  return sum_of_column;
}

/// n ‖x̄‖ = ‖Σ_i x_i‖
PairShares pair_shares(const search::Vectors& x, const search::Vectors& y) {
  PairShares shares{x.size(), y.size(), std::vector<double>(x.size() * y.size()), 0};
  const double lengths = length_of_sum(x) * length_of_sum(y);
  if (lengths == 0) return shares;
  for (std::size_t i = 0; i < shares.rows; ++i) {
    for (std::size_t j = 0; j < shares.columns; ++j) {
      shares.sum += shares.values[i * shares.columns + j] = dot(x[i], y[j]) / lengths;
    }
  }
  return shares;
}

}  // namespace mana::explain
