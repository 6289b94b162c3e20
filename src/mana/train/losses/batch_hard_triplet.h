#pragma once

#include "mana/train/losses/batch.h"
#include "mana/train/losses/distance.h"

namespace mana::train {

/// The triplet loss of the hardest triplet of every text in the batch: the farthest text p of its class, the nearest
/// text n of another (Hermans, Beyer and Leibe 2017, arXiv:1703.07737, equation 5):
///   L = 1/n Σ_i max(max_p d(x_i, x_p) − min_n d(x_i, x_n) + m, 0)
/// A text alone in its class has itself for p. A batch of one class has no n: L = m, without a gradient.
/// Euclidean or cosine distances.
struct BatchHardTriplet {
  Distance distance = Distance::euclidean;
  float margin = 5;

  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
