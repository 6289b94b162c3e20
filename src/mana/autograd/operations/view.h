#pragma once

#include "mana/autograd/reference/matrix.h"
#include "mana/tensor/tensor.h"

namespace mana::autograd {

inline reference::Matrix<float> view(Tensor& x) { return {x.data(), x.rows(), x.columns()}; }
inline reference::Matrix<const float> view(const Tensor& x) { return {x.data(), x.rows(), x.columns()}; }

}  // namespace mana::autograd
