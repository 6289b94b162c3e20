#include "mana/train/losses/margin_mse.h"

#include <vector>

#include "mana/autograd/operations.h"
#include "mana/train/losses/labels.h"

namespace mana::train {

autograd::Variable MarginMse::operator()(autograd::Tape& tape, Columns columns, const Tensor& labels) const {
  using autograd::Variable;
  const std::size_t negatives = columns.size() - 2;
  const Variable positive = row_dots(tape, columns[0], columns[1]);
  std::vector<Variable> errors;
  for (std::size_t j = 0; j < negatives; ++j) {
    const Variable margin = subtract(tape, positive, row_dots(tape, columns[0], columns[2 + j]));
    const Variable wanted = labels.columns() == negatives
                                ? constant(tape, labels, j, j + 1)
                                : subtract(tape, constant(tape, labels, 0, 1), constant(tape, labels, j + 1, j + 2));
    errors.push_back(subtract(tape, margin, wanted));
  }
  return mean_square(tape, join_columns(tape, errors));
}

}  // namespace mana::train
