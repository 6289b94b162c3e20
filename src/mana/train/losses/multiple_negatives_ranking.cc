#include "mana/train/losses/multiple_negatives_ranking.h"

#include <numeric>

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable MultipleNegativesRanking::operator()(autograd::Tape& tape, Columns columns, const Tensor&) const {
  const autograd::Variable anchors = normalize_rows(tape, columns[0]);
  const autograd::Variable candidates = normalize_rows(tape, join_rows(tape, columns.subspan(1)));
  std::vector<std::uint32_t> own(anchors.rows());
  std::iota(own.begin(), own.end(), 0U);
  const auto find = [&](autograd::Variable from, autograd::Variable among) {
    return cross_entropy(tape, autograd::scale(tape, product(tape, from, among), scale), own);
  };
  if (!symmetric) return find(anchors, candidates);
  const autograd::Variable positives = rows_between(tape, candidates, 0, own.size());
  return autograd::scale(tape, add(tape, find(anchors, candidates), find(positives, anchors)), 0.5f);
}

}  // namespace mana::train
