#include "mana/operations/add_norm.h"

#include <utility>

#include "mana/operations/elementwise.h"
#include "mana/operations/operand.h"
#include "mana/operations/training_kernels.h"

namespace mana::operations {

void add_norm(const Run& run, const NormWeights& weights, const Tensor* x, Tensor& y) {
  const auto timer = run.timer("layer norm");
  run.add_operands(y);
  run.split(y.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    run.kernels.add_norm({.x = values_from(y, first),
                          .y = x == nullptr ? nullptr : values_from(*x, first),
                          .rows = last - first,
                          .width = y.columns(),
                          .gamma = weights.gamma.data(),
                          .beta = weights.beta.data(),
                          .epsilon = weights.epsilon,
                          .z = values_from(y, first),
                          .operands = {.operands = y.operands(), .first_row = first}});
  });
}

Tensor norm_beside(const Run& run, const NormWeights& weights, Tensor& x, const Tensor* y) {
  const auto timer = run.timer("layer norm");
  Tensor z = run.tensor(x.rows(), x.columns());
  run.add_operands(z);
  run.split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    run.kernels.add_norm({.x = values_from(x, first),
                          .y = y == nullptr ? nullptr : values_from(*y, first),
                          .rows = last - first,
                          .width = x.columns(),
                          .gamma = weights.gamma.data(),
                          .beta = weights.beta.data(),
                          .epsilon = weights.epsilon,
                          .z = values_from(z, first),
                          .operands = {.operands = z.operands(), .first_row = first},
                          .sum = values_from(x, first)});
  });
  return z;
}

namespace {

/// h = x + dropout(y), or y where x is null, to `sum` where that is not null. n takes y's memory.
Normalized normalized(const Run& run, const NormWeights& weights, const Tensor* x, Tensor y,
                      const kernels::Dropout& dropout, Tensor* sum) {
  const auto timer = run.timer("layer norm");
  const std::size_t rows = y.rows(), width = y.columns();
  Normalized result{run.tensor(rows, width), {std::move(y), run.tensor(1, rows)}};
  run.split(rows, [&](std::size_t first, std::size_t last, unsigned) {
    float* const n = values_from(result.normal.n, first);
    training_kernels(run).add_norm({.x = x == nullptr ? n : values_from(*x, first),
                                    .y = x == nullptr ? nullptr : n,
                                    .dropout = dropout,
                                    .first_row = first,
                                    .rows = last - first,
                                    .width = width,
                                    .gamma = weights.gamma.data(),
                                    .beta = weights.beta.data(),
                                    .epsilon = weights.epsilon,
                                    .z = values_from(result.z, first),
                                    .normal = n,
                                    .scale = result.normal.scale.data() + first,
                                    .sum = sum == nullptr ? nullptr : values_from(*sum, first)});
  });
  return result;
}

}  // namespace

Normalized normalized_sum(const Run& run, const NormWeights& weights, const Tensor* x, Tensor y,
                          const kernels::Dropout& dropout) {
  return normalized(run, weights, x, std::move(y), dropout, nullptr);
}

Normalized normalized_beside(const Run& run, const NormWeights& weights, Tensor& x, Tensor y,
                             const kernels::Dropout& dropout) {
  return normalized(run, weights, &x, std::move(y), dropout, &x);
}

Tensor norm_value(const Run& run, const NormWeights& weights, const Normal& normal) {
  const auto timer = run.timer("layer norm");
  Tensor z = run.tensor(normal.n.rows(), normal.n.columns());
  run.split(z.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    training_kernels(run).norm_value({.normal = values_from(normal.n, first),
                                      .rows = last - first,
                                      .width = z.columns(),
                                      .gamma = weights.gamma.data(),
                                      .beta = weights.beta.data(),
                                      .z = values_from(z, first)});
  });
  return z;
}

NormGradients norm_gradients(const Run& run, const NormWeights& weights, const Normal& normal,
                             const kernels::Dropout& dropout, const Tensor& dz, bool wants_dy, std::span<float> dgamma,
                             std::span<float> dbeta) {
  const auto timer = run.timer("layer norm gradient");
  const std::size_t rows = dz.rows(), width = dz.columns();
  NormGradients gradients{run.tensor(rows, width), wants_dy ? run.tensor(rows, width) : Tensor()};
  Tensor partial = run.tensor(kernels::norm_blocks(rows), 2 * width);  // of each block of rows, dγ and dβ
  run.split(partial.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    training_kernels(run).add_norm_gradient({.dz = dz.data(),
                                             .normal = normal.n.data(),
                                             .scale = normal.scale.data(),
                                             .gamma = weights.gamma.data(),
                                             .dropout = dropout,
                                             .rows = rows,
                                             .width = width,
                                             .dh = gradients.dh.data(),
                                             .dy = gradients.dy.data(),
                                             .first_block = first,
                                             .last_block = last,
                                             .partial = partial.data()});
  });
  Tensor sums = zeros(run, 2, width);
  run.split(2 * width, [&](std::size_t first, std::size_t last, unsigned) {
    training_kernels(run).add_rows({partial.data(), partial.rows(), partial.columns(), first, last, sums.data()});
  });
  if (!dgamma.empty()) add(run, sums.row(0), dgamma);
  if (!dbeta.empty()) add(run, sums.row(1), dbeta);
  return gradients;
}

}  // namespace mana::operations
