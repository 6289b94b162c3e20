#include "mana/nn/layer_norm.h"

namespace mana::nn {
namespace {

void add_norm(const Run& run, const LayerNorm& norm, const Tensor* residual, Tensor& z) {
  const auto timer = run.timer("layer norm");
  const std::size_t width = z.columns();
  run.split(z.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    run.kernels.add_norm({.x = z.data() + first * width,
                          .y = residual == nullptr ? nullptr : residual->data() + first * width,
                          .rows = last - first,
                          .width = width,
                          .gamma = norm.gamma.data(),
                          .beta = norm.beta.data(),
                          .epsilon = norm.epsilon,
                          .z = z.data() + first * width});
  });
}

}  // namespace

Tensor LayerNorm::operator()(const Run& run, Tensor x) const {
  add_norm(run, *this, nullptr, x);
  return x;
}

Tensor LayerNorm::operator()(const Run& run, const Tensor& x, Tensor y) const {
  add_norm(run, *this, &x, y);
  return y;
}

}  // namespace mana::nn
