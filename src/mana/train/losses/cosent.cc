#include "mana/train/losses/cosent.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mana/autograd/operations.h"

namespace mana::train {
namespace {

using autograd::Tape;
using autograd::Variable;

/// With a further dimension of zeros where their number is odd.
Variable even(Tape& tape, Variable x) {
  if (x.columns() % 2 == 0) return x;
  Tensor zeros = tape.tensor(x.rows(), 1);
  std::fill_n(zeros.data(), zeros.rows(), 0.0f);
  return join_columns(tape, std::vector{x, tape.constant(std::move(zeros))});
}

/// |u·v + u·(−d, c)|, row by row, v = (c, d)
Variable angle_similarity(Tape& tape, Variable u, Variable v) {
  u = even(tape, normalize_rows(tape, u));
  v = even(tape, normalize_rows(tape, v));
  const std::size_t half = v.columns() / 2;
  const Variable c = columns_between(tape, v, 0, half);
  const Variable d = columns_between(tape, v, half, v.columns());
  const Variable turned = join_columns(tape, std::vector{scale(tape, d, -1), c});
  return absolute(tape, add(tape, row_dots(tape, u, v), row_dots(tape, u, turned)));
}

}  // namespace

Variable Cosent::operator()(Tape& tape, Columns columns, const Tensor& labels) const {
  const Variable s = angle ? angle_similarity(tape, columns[0], columns[1]) : row_cosines(tape, columns[0], columns[1]);
  std::vector<std::uint32_t> lower, higher;
  for (std::uint32_t i = 0; i < s.rows(); ++i) {
    for (std::uint32_t j = 0; j < s.rows(); ++j) {
      if (!(labels.data()[i] < labels.data()[j])) continue;
      lower.push_back(i);
      higher.push_back(j);
    }
  }
  const std::size_t pairs = lower.size();
  const Variable wrong =
      subtract(tape, gather_rows(tape, s, std::move(lower)), gather_rows(tape, s, std::move(higher)));
  return softplus(tape, row_log_sums(tape, reshape(tape, autograd::scale(tape, wrong, scale), 1, pairs)));
}

}  // namespace mana::train
