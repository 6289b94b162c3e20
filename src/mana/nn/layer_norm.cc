#include "mana/nn/layer_norm.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace mana::nn {
namespace {

using kernels::Dropout;

void add_norm(const Run& run, const LayerNorm& norm, const Tensor* residual, Tensor& z) {
  const auto timer = run.timer("layer norm");
  const std::size_t width = z.columns();
  run.add_factors(z);
  run.split(z.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    run.kernels.add_norm({.x = z.data() + first * width,
                          .y = residual == nullptr ? nullptr : residual->data() + first * width,
                          .rows = last - first,
                          .width = width,
                          .gamma = norm.gamma.data(),
                          .beta = norm.beta.data(),
                          .epsilon = norm.epsilon,
                          .z = z.data() + first * width,
                          .factors = {.factors = z.factors(), .first_row = first}});
  });
}

/// What the gradient needs of z = n γ + β: the normal form n = (h - mean(h)) / √(var(h) + ε) of h.
struct Normal {
  Tensor n;
  Tensor scale;  ///< [rows]: 1 / √(var(h) + ε)
};

struct Normalized {
  Tensor z;
  Normal normal;
};

/// h = x + dropout(y), or x without a y; n takes the memory of `last`, which is y or, without a y, x itself.
Normalized normalized(const Training& training, const LayerNorm& norm, const Tensor* x, Tensor last,
                      const Dropout& dropout) {
  const Run& run = training.run();
  const auto timer = run.timer("layer norm");
  const std::size_t rows = last.rows(), width = last.columns();
  Normalized result{run.tensor(rows, width), {std::move(last), run.tensor(1, rows)}};
  run.split(rows, [&](std::size_t first, std::size_t last_row, unsigned) {
    float* n = result.normal.n.data() + first * width;
    training.kernels().add_norm({.x = x == nullptr ? n : x->data() + first * width,
                                 .y = x == nullptr ? nullptr : n,
                                 .dropout = dropout,
                                 .first_row = first,
                                 .rows = last_row - first,
                                 .width = width,
                                 .gamma = norm.gamma.data(),
                                 .beta = norm.beta.data(),
                                 .epsilon = norm.epsilon,
                                 .z = result.z.data() + first * width,
                                 .normal = n,
                                 .scale = result.normal.scale.data() + first});
  });
  return result;
}

/// dγ += Σ_rows dz ∘ n,   dβ += Σ_rows dz: the sums of `partial` [blocks, 2 · width].
void add_parameter_gradients(const Training& training, const TrainedNorm& parameters, const Tensor& partial) {
  const Run& run = training.run();
  const std::size_t width = partial.columns() / 2;
  Tensor sums = run.tensor(2, width);
  std::fill_n(sums.data(), 2 * width, 0.0f);
  run.split(2 * width, [&](std::size_t first, std::size_t last, unsigned) {
    training.kernels().add_rows({partial.data(), partial.rows(), partial.columns(), first, last, sums.data()});
  });
  for (std::size_t i = 0; i < width && !parameters.gamma->frozen; ++i) parameters.gamma->gradient[i] += sums.row(0)[i];
  for (std::size_t i = 0; i < width && !parameters.beta->frozen; ++i) parameters.beta->gradient[i] += sums.row(1)[i];
}

/// h = x + dropout(y),   n = (h - mean(h)) s,   s = 1 / √(var(h) + ε),   z = n γ + β;
/// dn = dz ∘ γ,   dh = s (dn - mean(dn) - n mean(dn ∘ n)),   dx += dh,   dy += dropout(dh)
struct NormGradient {
  Training training;
  const LayerNorm& norm;
  const TrainedNorm& parameters;
  Variable x;
  std::optional<Variable> y;
  Dropout dropout;
  Normal normal;

  Tensor value() const {
    const Run& run = training.run();
    const auto timer = run.timer("layer norm");
    const std::size_t width = normal.n.columns();
    Tensor z = run.tensor(normal.n.rows(), width);
    run.split(z.rows(), [&](std::size_t first, std::size_t last, unsigned) {
      training.kernels().norm_value({.normal = normal.n.data() + first * width,
                                     .rows = last - first,
                                     .width = width,
                                     .gamma = norm.gamma.data(),
                                     .beta = norm.beta.data(),
                                     .z = z.data() + first * width});
    });
    return z;
  }

  void operator()(const Tensor& dz) const {
    const Run& run = training.run();
    const auto timer = run.timer("layer norm gradient");
    const std::size_t rows = dz.rows(), width = dz.columns();
    const bool wants_y = y && y->needs_gradient();
    Tensor dh = run.tensor(rows, width), dy = wants_y ? run.tensor(rows, width) : Tensor();
    Tensor partial = run.tensor(kernels::norm_blocks(rows), 2 * width);
    run.split(partial.rows(), [&](std::size_t first, std::size_t last, unsigned) {
      training.kernels().add_norm_gradient({.dz = dz.data(),
                                            .normal = normal.n.data(),
                                            .scale = normal.scale.data(),
                                            .gamma = norm.gamma.data(),
                                            .dropout = dropout,
                                            .rows = rows,
                                            .width = width,
                                            .dh = dh.data(),
                                            .dy = dy.data(),
                                            .first_block = first,
                                            .last_block = last,
                                            .partial = partial.data()});
    });
    add_parameter_gradients(training, parameters, partial);
    if (x.needs_gradient()) add_gradient(training, x, std::move(dh));
    if (wants_y) add_gradient(training, *y, std::move(dy));
  }
};

Variable record(const Training& training, const LayerNorm& norm, Variable x, std::optional<Variable> y) {
  const TrainedNorm& parameters = training.parts.of(norm);
  const Dropout dropout = y ? training.masks.next(training.masks.hidden) : Dropout();
  Normalized result = y ? normalized(training, norm, &x.value(), y->take_value(), dropout)
                        : normalized(training, norm, nullptr, x.take_value(), dropout);
  x.release();
  if (!parameters.trains() && !x.needs_gradient() && !(y && y->needs_gradient())) {
    return training.tape.constant(std::move(result.z));
  }
  return training.tape.record(std::move(result.z),
                              NormGradient{training, norm, parameters, x, y, dropout, std::move(result.normal)});
}

}  // namespace

Tensor LayerNorm::operator()(const Run& run, Tensor x) const {
  add_norm(run, *this, nullptr, x);
  return x;
}

Variable LayerNorm::operator()(const Training& training, Variable x) const { return record(training, *this, x, {}); }

Tensor LayerNorm::operator()(const Run& run, const Tensor& x, Tensor y) const {
  add_norm(run, *this, &x, y);
  return y;
}

Variable LayerNorm::operator()(const Training& training, Variable x, Variable y) const {
  return record(training, *this, x, y);
}

}  // namespace mana::nn
