#include "mana/nn/feed_forward.h"

#include <algorithm>

#include "mana/nn/factors.h"

namespace mana::nn {

/// f(…) of these rows stays in the second-level cache.
std::size_t FeedForward::rows_at_once(const kernels::Table& kernels) const {
  constexpr std::size_t kCachedBytes = std::size_t{1536} * 1024, kBlockRows = 32;
  const std::size_t inner = widen.weights.outputs();
  std::size_t row_bytes = kernels.rounds() ? kernels.rounded.layout.row_bytes(inner) : inner * sizeof(float);
  if (kernels.factors.layout.has_ranges()) row_bytes += kernels.factors.layout.row_bytes(inner);
  return std::max<std::size_t>(kCachedBytes / row_bytes / kBlockRows, 1) * kBlockRows;
}

Tensor FeedForward::operator()(const Run& run, const Tensor& x) const {
  const Ready ready(run, x, run.kernels.factors);
  const std::size_t most = rows_at_once(run.kernels);
  Tensor y = run.tensor(x.rows(), narrow.weights.outputs());
  for (std::size_t first = 0; first < x.rows(); first += most) {
    const std::size_t count = std::min(most, x.rows() - first);
    Tensor h = result_of(run, count, widen.weights.outputs(), Use::product);
    widen.rows(run, *ready, {first, count}, activation, h, 0);
    narrow.rows(run, h, {0, count}, kernels::Activation::identity, y, first);
  }
  return y;
}

}  // namespace mana::nn
