#include "mana/train/losses/contrastive.h"

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable Contrastive::operator()(Columns columns, const Labels& labels) const {
  const autograd::Variable y = on_tape_of(columns[0], labels.values);
  const autograd::Variable d = distances(distance, columns[0], columns[1], kContrastiveOffset);
  return 0.5f * mean(y * square(d) + (1 - y) * square(relu(margin - d)));
}

}  // namespace mana::train
