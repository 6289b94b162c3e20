#include "mana/nn/feed_forward.h"

#include <algorithm>

namespace mana::nn {
namespace {

/// Whole tiles of rows, of which what is f(…) there stays in the second-level cache.
std::size_t rows_at_once(const Run& run, std::size_t inner) {
  constexpr std::size_t kCachedBytes = std::size_t{1536} * 1024, kBlockRows = 32;
  const std::size_t row_bytes = run.kernels.rounds() ? run.kernels.factors.bytes(1, inner) : inner * sizeof(float);
  return std::max<std::size_t>(kCachedBytes / row_bytes / kBlockRows, 1) * kBlockRows;
}

}  // namespace

Tensor FeedForward::operator()(const Run& run, const Tensor& x) const {
  const std::size_t inner = widen.weights.outputs(), most = rows_at_once(run, inner);
  Tensor y = run.tensor(x.rows(), narrow.weights.outputs());
  for (std::size_t first = 0; first < x.rows(); first += most) {
    const std::size_t count = std::min(most, x.rows() - first);
    Tensor h = result_of(run, widen, count, Use::product);
    widen.rows(run, x, {first, count}, activation, h, 0);
    narrow.rows(run, h, {0, count}, kernels::Activation::identity, y, first);
  }
  return y;
}

}  // namespace mana::nn
