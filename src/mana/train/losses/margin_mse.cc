#include "mana/train/losses/margin_mse.h"

#include <vector>

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable MarginMse::operator()(Columns columns, const Labels& labels) const {
  using autograd::Variable;
  const std::size_t negatives = columns.size() - 2;
  const Variable positive = row_dots(columns[0], columns[1]);
  const auto label = [&](std::size_t column) { return on_tape_of(columns[0], labels.values, column, column + 1); };
  std::vector<Variable> errors;
  for (std::size_t j = 0; j < negatives; ++j) {
    const Variable margin = positive - row_dots(columns[0], columns[2 + j]);
    const Variable wanted = labels.values.columns() == negatives ? label(j) : label(0) - label(j + 1);
    errors.push_back(margin - wanted);
  }
  return mean_square(join_columns(errors));
}

}  // namespace mana::train
