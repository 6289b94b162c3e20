#include "mana/train/losses/cosine_similarity.h"

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable CosineSimilarity::operator()(Columns columns, const Labels& labels) const {
  const autograd::Variable cosines = row_cosines(columns[0], columns[1], 1e-8f);
  return mean_square(cosines - on_tape_of(cosines, labels.values));
}

}  // namespace mana::train
