#include "mana/train/losses/triplet.h"

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable Triplet::operator()(autograd::Tape& tape, Columns columns, const Tensor&) const {
  const autograd::Variable near = distances(tape, distance, columns[0], columns[1]);
  const autograd::Variable far = distances(tape, distance, columns[0], columns[2]);
  return mean(tape, relu(tape, shift(tape, subtract(tape, near, far), margin)));
}

}  // namespace mana::train
