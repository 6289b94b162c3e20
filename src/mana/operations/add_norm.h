#pragma once

#include <span>

#include "mana/kernels/dropout.h"
#include "mana/kernels/run.h"

namespace mana::operations {

using kernels::Run;

/// The parameters of LayerNorm(h) = (h - mean(h)) / √(var(h) + ε) · γ + β, row by row.
struct NormWeights {
  std::span<const float> gamma;  ///< [width]
  std::span<const float> beta;   ///< [width]
  float epsilon;
};

/// y ← LayerNorm(x + y), or LayerNorm(y) where x is null      x, y: [rows, width]
/// y has its operands, too: it is added and multiplied.
void add_norm(const Run& run, const NormWeights& weights, const Tensor* x, Tensor& y);

/// h = x + y, or x where y is null: x becomes h. Returns LayerNorm(h), which is multiplied alone: it has its operands.
Tensor norm_beside(const Run& run, const NormWeights& weights, Tensor& x, const Tensor* y);

/// What the gradient needs of z = n γ + β: the normal form n = (h - mean(h)) s of h, and s = 1 / √(var(h) + ε).
struct Normal {
  Tensor n;      ///< [rows, width]
  Tensor scale;  ///< [1, rows]: s
};

struct Normalized {
  Tensor z;
  Normal normal;
};

/// z = LayerNorm(h) with what its gradient needs; h = x + dropout(y), or y where x is null. n takes y's memory.
Normalized normalized_sum(const Run& run, const NormWeights& weights, const Tensor* x, Tensor y,
                          const kernels::Dropout& dropout);

/// The same where h is kept, too: x, whose memory nobody else reads, becomes h.
Normalized normalized_beside(const Run& run, const NormWeights& weights, Tensor& x, Tensor y,
                             const kernels::Dropout& dropout);

/// z = n γ + β once more, the same bits.
Tensor norm_value(const Run& run, const NormWeights& weights, const Normal& normal);

struct NormGradients {
  Tensor dh;
  Tensor dy;  ///< dropout(dh), where it is wanted
};

/// dn = dz ∘ γ,   dh = s (dn - mean(dn) - n mean(dn ∘ n)),   dγ += Σ_rows dz ∘ n,   dβ += Σ_rows dz
/// Of dγ and dβ, what is empty is not wanted.
NormGradients norm_gradients(const Run& run, const NormWeights& weights, const Normal& normal,
                             const kernels::Dropout& dropout, const Tensor& dz, bool wants_dy, std::span<float> dgamma,
                             std::span<float> dbeta);

}  // namespace mana::operations
