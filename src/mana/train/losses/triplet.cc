#include "mana/train/losses/triplet.h"

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable Triplet::operator()(Columns columns, const Labels&) const {
  const autograd::Variable near = distances(distance, columns[0], columns[1]);
  const autograd::Variable far = distances(distance, columns[0], columns[2]);
  return mean(relu(near - far + margin));
}

}  // namespace mana::train
