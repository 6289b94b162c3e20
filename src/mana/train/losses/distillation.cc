#include "mana/train/losses/distillation.h"

#include <vector>

#include "mana/autograd/operations.h"
#include "mana/train/losses/labels.h"

namespace mana::train {

autograd::Variable Distillation::operator()(autograd::Tape& tape, Columns columns, const Tensor& labels) const {
  const autograd::Variable students = join_columns(tape, columns);
  const std::vector<autograd::Variable> teachers(students.columns() / labels.columns(), constant(tape, labels));
  return mean_square(tape, subtract(tape, students, join_columns(tape, teachers)));
}

}  // namespace mana::train
