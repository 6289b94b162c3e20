#include "mana/operations/pool.h"

namespace mana::operations {
namespace {

/// The rows of a text.
std::span<const float> tokens_of(const Tensor& x, Sequences texts, std::size_t text) {
  return {x.data() + texts.begin(text) * x.columns(), texts.length(text) * x.columns()};
}

}  // namespace

Tensor pool(const Run& run, std::span<const kernels::Pooling> modes, const Tensor& x, Sequences texts,
            std::size_t skip) {
  const auto timer = run.timer("pooling");
  const std::size_t width = x.columns();
  Tensor pooled = run.tensor(texts.count(), modes.size() * width);
  run.split(texts.count(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t text = first; text < last; ++text) {
      for (std::size_t i = 0; i < modes.size(); ++i) {
        kernels::pool(modes[i], tokens_of(x, texts, text), width, skip, pooled.row(text).subspan(i * width, width));
      }
    }
  });
  return pooled;
}

Tensor pool_gradient(const Run& run, kernels::Pooling mode, const Tensor& x, Sequences texts, std::size_t skip,
                     const Tensor& dy, std::size_t column) {
  const auto timer = run.timer("pooling gradient");
  const std::size_t width = x.columns();
  Tensor dx = run.tensor(x.rows(), width);
  run.split(texts.count(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t text = first; text < last; ++text) {
      kernels::pool_gradient(mode, tokens_of(x, texts, text), width, skip, dy.row(text).subspan(column, width),
                             {dx.data() + texts.begin(text) * width, texts.length(text) * width});
    }
  });
  return dx;
}

Tensor normalize(const Run& run, Tensor x) {
  x.drop_operands();
  run.split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t row = first; row < last; ++row) kernels::normalize(x.row(row));
  });
  return x;
}

Tensor normalize_gradient(const Run& run, const Tensor& x, const Tensor& dy) {
  Tensor dx = run.tensor(dy.rows(), dy.columns());
  run.split(dy.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t row = first; row < last; ++row) kernels::normalize_gradient(x.row(row), dy.row(row), dx.row(row));
  });
  return dx;
}

}  // namespace mana::operations
