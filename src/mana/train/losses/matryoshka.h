#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "mana/train/losses/batch.h"

namespace mana::train {

/// Makes the beginnings of vectors useful by themselves: any loss, added up over their lengths (Kusupati et al. 2022,
/// arXiv:2205.13147, equation 1):
///   L = Σ_m w_m L(x_{1…m} / ‖x_{1…m}‖)      with all x of a batch cut to m dimensions
/// Labels that are vectors are cut too, without being normalised.
struct Matryoshka {
  std::vector<std::size_t> dimensions;  ///< m
  std::vector<float> weights;           ///< w_m, one for each

  using Whole = std::function<autograd::Variable(Columns, const Labels&)>;
  /// `vector_labels`: the labels are vectors, one or several side by side, as long as the columns'.
  autograd::Variable operator()(Columns columns, const Labels& labels, bool vector_labels, const Whole& loss) const;
};

}  // namespace mana::train
