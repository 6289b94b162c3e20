#pragma once

#include "mana/train/losses/batch.h"

namespace mana::train {

/// The cosine of two texts is to be their score (Reimers and Gurevych 2019, arXiv:1908.10084, section 3, regression):
///   L = 1/n Σ_i (cos(u_i, v_i) − y_i)²
struct CosineSimilarity {
  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
