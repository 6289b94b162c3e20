#pragma once

#include "mana/train/losses/batch.h"

namespace mana::train {

/// The vectors of a teacher, t, are to be learnt (Reimers and Gurevych 2020, arXiv:2004.09813, equation 1):
///   L = 1/(c n d) Σ ‖u_i − t_i‖²      over the c columns of texts and n rows of vectors of d dimensions
/// The labels are t [n, d], the same for every column, or [n, c d], one for each side by side.
struct Distillation {
  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
