#pragma once

#include "mana/train/losses/batch.h"
#include "mana/train/losses/distance.h"

namespace mana::train {

/// The anchor a is to be nearer to the positive p than to the negative n, by a margin m (Schroff et al. 2015,
/// arXiv:1503.03832, equation 3; Reimers and Gurevych 2019, section 3):
///   L = 1/n Σ_i max(d(a_i, p_i) − d(a_i, n_i) + m, 0)
struct Triplet {
  Distance distance = Distance::euclidean;
  float margin = 5;

  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
