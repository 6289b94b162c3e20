#include "mana/train/losses/matryoshka.h"

#include <algorithm>

#include "mana/autograd/operations.h"

namespace mana::train {
namespace {

/// The first `dimensions` of each of the vectors of `length` that lie side by side.
Tensor cut(const autograd::Tape& tape, const Tensor& labels, std::size_t length, std::size_t dimensions) {
  const std::size_t count = labels.columns() / length;
  Tensor result = tape.tensor(labels.rows(), count * dimensions);
  for (std::size_t i = 0; i < labels.rows(); ++i) {
    for (std::size_t c = 0; c < count; ++c) {
      std::copy_n(labels.row(i).data() + c * length, dimensions, result.row(i).data() + c * dimensions);
    }
  }
  return result;
}

}  // namespace

autograd::Variable Matryoshka::operator()(Columns columns, const Labels& labels, bool vector_labels,
                                          const Whole& loss) const {
  std::vector<autograd::Variable> losses;
  for (std::size_t m = 0; m < dimensions.size(); ++m) {
    std::vector<autograd::Variable> beginnings;
    for (const autograd::Variable& x : columns) {
      beginnings.push_back(normalize_rows(columns_between(x, 0, dimensions[m])));
    }
    const autograd::Variable one =
        vector_labels
            ? loss(beginnings, {cut(columns[0].tape(), labels.values, columns[0].columns(), dimensions[m]), {}})
            : loss(beginnings, labels);
    losses.push_back(weights[m] * one);
  }
  return sum(join_columns(losses));
}

}  // namespace mana::train
