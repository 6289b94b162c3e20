#include "mana/train/losses/multiple_negatives_ranking.h"

#include <numeric>

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable MultipleNegativesRanking::operator()(Columns columns, const Labels&) const {
  const autograd::Variable anchors = normalize_rows(columns[0]);
  const autograd::Variable candidates = normalize_rows(join_rows(columns.subspan(1)));
  std::vector<std::uint32_t> own(anchors.rows());
  std::iota(own.begin(), own.end(), 0U);
  const auto find = [&](autograd::Variable from, autograd::Variable among) {
    return cross_entropy(scale * product(from, among), own);
  };
  if (!symmetric) return find(anchors, candidates);
  const autograd::Variable positives = rows_between(candidates, 0, own.size());
  return 0.5f * (find(anchors, candidates) + find(positives, anchors));
}

}  // namespace mana::train
