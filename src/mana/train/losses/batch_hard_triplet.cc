#include "mana/train/losses/batch_hard_triplet.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "mana/autograd/operations.h"

namespace mana::train {

autograd::Variable BatchHardTriplet::operator()(Columns columns, const Labels& labels) const {
  // Who is farthest and nearest is decided by products, 1 − x·y or ‖x‖² + ‖y‖² − 2 x·y; the loss is then computed of
  // those alone.
  const bool cosine = distance == Distance::cosine;
  const autograd::Variable x = cosine ? normalize_rows(columns[0]) : columns[0];
  const Tensor products = autograd::product(x.tape().run(), x.value(), x.value());
  const auto distance_of = [&](std::uint32_t i, std::uint32_t j) {
    return cosine ? 1 - products.row(i)[j] : products.row(i)[i] + products.row(j)[j] - 2 * products.row(i)[j];
  };

  const std::vector<std::uint32_t>& classes = labels.classes;
  const auto rows = static_cast<std::uint32_t>(x.rows());
  std::vector<std::uint32_t> anchors(rows), positives(rows), negatives(rows);
  std::iota(anchors.begin(), anchors.end(), 0U);
  for (const std::uint32_t i : anchors) {
    std::uint32_t positive = i, negative = rows;
    for (const std::uint32_t j : anchors) {
      if (classes[j] != classes[i]) {
        if (negative == rows || distance_of(i, j) < distance_of(i, negative)) negative = j;
      } else if (distance_of(i, j) > distance_of(i, positive)) {
        positive = j;
      }
    }
    positives[i] = positive;
    negatives[i] = negative == rows ? positive : negative;
  }
  const autograd::Variable far = distances(distance, x, gather_rows(x, std::move(positives)));
  const autograd::Variable near = distances(distance, x, gather_rows(x, std::move(negatives)));
  const autograd::Variable loss = mean(relu(far - near + margin));
  // Within one class far and near are the same pairs, whose gradients leave nothing but roundings.
  const bool one_class = std::ranges::all_of(classes, [&](std::uint32_t each) { return each == classes[0]; });
  return one_class ? on_tape_of(x, loss.value()) : loss;
}

}  // namespace mana::train
