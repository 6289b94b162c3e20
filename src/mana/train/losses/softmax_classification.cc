#include "mana/train/losses/softmax_classification.h"

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable SoftmaxClassification::operator()(Columns columns, const Labels& labels) const {
  return cross_entropy(columns[0], labels.classes);
}

}  // namespace mana::train
