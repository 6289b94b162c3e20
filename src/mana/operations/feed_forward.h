#pragma once

#include "mana/operations/linear.h"

namespace mana::operations {

/// f(x W₁ᵀ + b₁) W₂ᵀ + b₂, some rows after the others, so that f(…) [rows, inner] never leaves the cache.
Tensor feed_forward(const Run& run, const Tensor& x, const MatrixWeights& widen, Activation activation,
                    const MatrixWeights& narrow);

/// So many rows at once, whole tiles: their f(…), `inner` wide, stay in the second-level cache.
std::size_t feed_forward_rows(const kernels::Table& kernels, std::size_t inner);

}  // namespace mana::operations
