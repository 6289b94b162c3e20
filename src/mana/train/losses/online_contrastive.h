#pragma once

#include "mana/train/losses/batch.h"
#include "mana/train/losses/distance.h"

namespace mana::train {

/// The contrastive loss of a batch's hard pairs alone: those that mean the same (y = 1) but are farther apart than the
/// nearest pair that does not, and those that do not (y = 0) but are nearer than the farthest pair that does:
///   L = Σ_{hard, y = 1} d_i² + Σ_{hard, y = 0} max(m − d_i, 0)²      d_i = d(u_i, v_i)
/// Where one kind is missing, its own mean distance stands in for what it is compared with. A sum, not a mean, as in
/// sentence-transformers, whose loss it is. A NaN counts as hard.
struct OnlineContrastive {
  Distance distance = Distance::cosine;
  float margin = 0.5f;

  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
