#include "mana/train/losses/contrastive.h"

#include "mana/autograd/operations.h"
#include "mana/train/losses/labels.h"

namespace mana::train {

autograd::Variable Contrastive::operator()(autograd::Tape& tape, Columns columns, const Tensor& labels) const {
  const autograd::Variable y = constant(tape, labels);
  const autograd::Variable not_y = shift(tape, scale(tape, y, -1), 1);
  const autograd::Variable d = distances(tape, distance, columns[0], columns[1], kContrastiveOffset);
  const autograd::Variable missing = relu(tape, shift(tape, scale(tape, d, -1), margin));
  const autograd::Variable alike = multiply(tape, y, multiply(tape, d, d));
  const autograd::Variable apart = multiply(tape, not_y, multiply(tape, missing, missing));
  return scale(tape, mean(tape, add(tape, alike, apart)), 0.5f);
}

}  // namespace mana::train
