#pragma once

#include "mana/train/losses/batch.h"
#include "mana/train/losses/distance.h"

namespace mana::train {

/// Texts that mean the same (y = 1) are to be near each other, others (y = 0) at least m apart (Hadsell, Chopra and
/// LeCun 2006, equation 4):
///   L = 1/n Σ_i ½ (y_i d_i² + (1 − y_i) max(m − d_i, 0)²)      d_i = d(u_i, v_i)
struct Contrastive {
  Distance distance = Distance::cosine;
  float margin = 0.5f;

  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

/// What the reference implementation adds to the differences of this loss's distances.
inline constexpr float kContrastiveOffset = 1e-6f;

}  // namespace mana::train
