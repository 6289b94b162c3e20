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

/// The derivative of every activation. For σ = 1 / (1 + e⁻ˣ): σ' = σ (1 - σ).
///   gelu       Φ(x) + x φ(x), φ(x) = e^(-x²/2) / √(2π)
///   gelu_tanh  (1 + t)/2 + x/2 (1 - t²) √(2/π) (1 + 3 · 0.044715 x²), t the tanh
template <class T>
T activation_derivative(Activation activation, T x) {
  const T half = T(0.5);
  switch (activation) {
    case Activation::identity: return T(1);
    case Activation::gelu: {
      const T density = std::exp(-half * x * x) * std::numbers::inv_sqrtpi_v<T> / std::numbers::sqrt2_v<T>;
      return half * std::erfc(-x / std::numbers::sqrt2_v<T>) + x * density;
    }
    case Activation::gelu_tanh: {
      const T slope = std::sqrt(T(2) * std::numbers::inv_pi_v<T>), cubic = T(0.044715);
      const T t = std::tanh(slope * (x + cubic * x * x * x));
      const T rest = (T(1) - t) * (T(1) + t);
      return half * (T(1) + t) + (rest == T(0) ? T(0) : half * x * rest * slope * (T(1) + T(3) * cubic * x * x));
    }
    case Activation::relu: return x > T(0) ? T(1) : T(0);
    case Activation::silu: {
      const T sigmoid = T(1) / (T(1) + std::exp(-x)), rest = T(1) / (T(1) + std::exp(x));
      return sigmoid * (T(1) + x * rest);
    }
    case Activation::tanh: {
      const T t = std::tanh(x);
      return (T(1) - t) * (T(1) + t);
    }
    case Activation::sigmoid: return T(1) / (T(1) + std::exp(-x)) / (T(1) + std::exp(x));
  }
  return T(1);
}

}  // namespace mana::kernels::reference
