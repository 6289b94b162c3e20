#include "mana/operations/feed_forward.h"

#include <algorithm>

namespace mana::operations {

std::size_t feed_forward_rows(const kernels::Table& kernels, std::size_t inner) {
  constexpr std::size_t kCachedBytes = std::size_t{1536} * 1024, kBlockRows = 32;
  std::size_t row_bytes = kernels.rounds() ? kernels.rounded.layout.row_bytes(inner) : inner * sizeof(float);
  if (kernels.operands.layout.has_ranges()) row_bytes += kernels.operands.layout.row_bytes(inner);
  return std::max<std::size_t>(kCachedBytes / row_bytes / kBlockRows, 1) * kBlockRows;
}

Tensor feed_forward(const Run& run, const Tensor& x, const MatrixWeights& widen, Activation activation,
                    const MatrixWeights& narrow) {
  const Operands ready(run, x, run.kernels.operands);
  const std::size_t most = feed_forward_rows(run.kernels, widen.outputs());
  Tensor y = run.tensor(x.rows(), narrow.outputs());
  for (std::size_t first = 0; first < x.rows(); first += most) {
    const std::size_t count = std::min(most, x.rows() - first);
    Tensor h = result_of(run, count, widen.outputs(), Use::product);
    linear_rows(run, *ready, {first, count}, widen, activation, h, 0);
    linear_rows(run, h, {0, count}, narrow, Activation::identity, y, first);
  }
  return y;
}

}  // namespace mana::operations
