#pragma once

#include <cmath>
#include <numbers>

#include "mana/kernels/activation.h"

namespace mana::kernels::reference {

/// The definition of every activation, for T = float or double.
template <class T>
T activate(Activation activation, T x) {
  const T half = T(0.5);
  switch (activation) {
    case Activation::identity: return x;
    case Activation::gelu: return half * x * std::erfc(-x / std::numbers::sqrt2_v<T>);
    case Activation::gelu_tanh: {
      const T inner = std::sqrt(T(2) * std::numbers::inv_pi_v<T>) * (x + T(0.044715) * x * x * x);
      return half * x * (T(1) + std::tanh(inner));
    }
    case Activation::relu: return x < T(0) ? T(0) : x;
    case Activation::silu: return x / (T(1) + std::exp(-x));
    case Activation::tanh: return std::tanh(x);
    case Activation::sigmoid: return T(1) / (T(1) + std::exp(-x));
  }
  return x;
}

}  // namespace mana::kernels::reference
