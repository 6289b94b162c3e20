#pragma once

#include <span>

#include "mana/kernels/activation.h"
#include "mana/kernels/dropout.h"
#include "mana/kernels/run.h"

namespace mana::operations {

using kernels::Run;

Tensor zeros(const Run& run, std::size_t rows, std::size_t columns);

/// The values of x once more.
Tensor copy(const Run& run, const Tensor& x);

/// sum += x
void add(const Run& run, std::span<const float> x, std::span<float> sum);
void add(const Run& run, const Tensor& x, Tensor& sum);

/// average ← d · average + (1 − d) x
void move_towards(const Run& run, float d, std::span<const float> x, std::span<float> average);

/// f(u)
Tensor activate(const Run& run, kernels::Activation activation, const Tensor& u);

/// u ← dy ∘ f'(u), the gradient of y = f(u) by u
void activation_gradient(const Run& run, kernels::Activation activation, const Tensor& dy, Tensor& u);

/// dropout(x); and its gradient of an x that is dy, by the same mask.
Tensor drop(const Run& run, const kernels::Dropout& dropout, const Tensor& x);

}  // namespace mana::operations
