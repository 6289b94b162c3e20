#include "mana/train/losses/distillation.h"

#include <vector>

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable Distillation::operator()(Columns columns, const Labels& labels) const {
  const autograd::Variable students = join_columns(columns);
  const std::vector<autograd::Variable> teachers(students.columns() / labels.values.columns(),
                                                 on_tape_of(students, labels.values));
  return mean_square(students - join_columns(teachers));
}

}  // namespace mana::train
