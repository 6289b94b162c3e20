#include "mana/train/losses/cosine_similarity.h"

#include "mana/autograd/operations.h"
#include "mana/train/losses/labels.h"

namespace mana::train {

autograd::Variable CosineSimilarity::operator()(autograd::Tape& tape, Columns columns, const Tensor& labels) const {
  const autograd::Variable cosines = row_cosines(tape, columns[0], columns[1], 1e-8f);
  return mean_square(tape, subtract(tape, cosines, constant(tape, labels)));
}

}  // namespace mana::train
