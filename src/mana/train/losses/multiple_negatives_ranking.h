#pragma once

#include "mana/train/losses/batch.h"

namespace mana::train {

/// Multiple-negatives ranking, or InfoNCE: each anchor a_i has to find its positive p_i among the positives of all
/// rows and the hard negatives n of all rows (Henderson et al. 2017, arXiv:1705.00652, section 4.4; van den Oord et al.
/// 2018, arXiv:1807.03748):
///   L = −1/n Σ_i log softmax_j(s cos(a_i, c_j))[i]      c = (p_1 … p_n, further columns one below the other)
/// symmetric: the mean of that and of the same with every p_i looking for its anchor among a_1 … a_n.
///
/// With one column of texts, embedded twice, it is unsupervised SimCSE (Gao, Yao and Chen 2021, arXiv:2104.08821,
/// equation 4): the dropout masks alone make a text's two vectors differ.
struct MultipleNegativesRanking {
  float scale = 20;  ///< s, the inverse of the temperature
  bool symmetric = false;

  autograd::Variable operator()(Columns columns, const Labels& labels) const;
};

}  // namespace mana::train
