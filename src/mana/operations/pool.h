#pragma once

#include <span>

#include "mana/kernels/pooling.h"
#include "mana/kernels/run.h"
#include "mana/operations/sequences.h"

namespace mana::operations {

using kernels::Run;

/// Each text's tokens pooled in each mode, side by side      x: [tokens, width] -> [texts, modes · width]
/// The first `skip` tokens of a text are left out (kernels/pooling.h).
Tensor pool(const Run& run, std::span<const kernels::Pooling> modes, const Tensor& x, Sequences texts,
            std::size_t skip);

/// Its gradient by x through one mode, whose results stand in y's columns from `column` on.
Tensor pool_gradient(const Run& run, kernels::Pooling mode, const Tensor& x, Sequences texts, std::size_t skip,
                     const Tensor& dy, std::size_t column);

/// x / ‖x‖, row by row
Tensor normalize(const Run& run, Tensor x);

/// dx = (dy - y (y · dy)) / ‖x‖, row by row
Tensor normalize_gradient(const Run& run, const Tensor& x, const Tensor& dy);

}  // namespace mana::operations
