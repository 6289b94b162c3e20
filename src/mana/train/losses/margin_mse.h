#pragma once

#include "mana/train/losses/batch.h"

namespace mana::train {

/// The query q is to prefer the positive p to a negative n by as much as a teacher does (Hofstätter et al. 2020,
/// arXiv:2010.02666, equation 5), with one or more negatives to each row:
///   L = 1/(n k) Σ (q·p − q·n_j − y_j)²      y_j = t(q, p) − t(q, n_j)
/// The labels are the k margins y, or the k + 1 scores t, the positive's first.
struct MarginMse {
  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
