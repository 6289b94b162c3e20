#include "mana/train/losses/cosent.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "mana/autograd/operations.h"

namespace mana::train {
namespace {

using autograd::Variable;

/// With a further dimension of zeros where their number is odd.
Variable even(Variable x) {
  if (x.columns() % 2 == 0) return x;
  Tensor zeros = x.tape().tensor(x.rows(), 1);
  std::fill_n(zeros.data(), zeros.rows(), 0.0f);
  return join_columns(std::array{x, x.tape().constant(std::move(zeros))});
}

/// |u·v + u·(−d, c)|, row by row, v = (c, d)
Variable angle_similarity(Variable u, Variable v) {
  u = even(normalize_rows(u));
  v = even(normalize_rows(v));
  const std::size_t half = v.columns() / 2;
  const Variable c = columns_between(v, 0, half);
  const Variable d = columns_between(v, half, v.columns());
  return absolute(row_dots(u, v) + row_dots(u, join_columns(std::array{-d, c})));
}

}  // namespace

Variable Cosent::operator()(Columns columns, const Labels& labels) const {
  const Variable s = angle ? angle_similarity(columns[0], columns[1]) : row_cosines(columns[0], columns[1]);
  const float* y = labels.values.data();
  std::vector<std::uint32_t> lower, higher;
  for (std::uint32_t i = 0; i < s.rows(); ++i) {
    for (std::uint32_t j = 0; j < s.rows(); ++j) {
      if (!(y[i] < y[j])) continue;
      lower.push_back(i);
      higher.push_back(j);
    }
  }
  const std::size_t pairs = lower.size();
  const Variable wrong = gather_rows(s, std::move(lower)) - gather_rows(s, std::move(higher));
  return softplus(row_log_sums(reshape(scale * wrong, 1, pairs)));
}

}  // namespace mana::train
