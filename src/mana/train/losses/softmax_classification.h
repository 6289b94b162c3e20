#pragma once

#include "mana/train/losses/batch.h"

namespace mana::train {

/// Classes from their logits x, the one column (Bishop 2006, section 4.3.4):
///   L = −1/n Σ_i log softmax(x_i)[y_i]      x: [n, classes]
struct SoftmaxClassification {
  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
