#pragma once

#include "mana/train/losses/batch.h"

namespace mana::train {

/// CoSENT: of two pairs of texts, the one with the higher score is to be more similar (Su 2022,
/// kexue.fm/archives/8847):
///   L = log(1 + Σ_{y_i < y_j} exp(λ (s_i − s_j)))      s_i = cos(u_i, v_i), y_i the scores
/// Without two different scores there is nothing to rank, and L = 0.
///
/// AnglE compares the pairs by an angle in the complex plane instead, whose slope does not vanish where the cosine's
/// does (Li and Li 2023, arXiv:2309.12871): the first half of a vector is the real part, the second the imaginary
/// part, and with vectors of length 1, (a, b) of u and (c, d) of v,
///   s = |a·c + b·d + b·c − a·d|
struct Cosent {
  float scale = 20;  ///< λ
  bool angle = false;

  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
