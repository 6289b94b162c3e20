// Activations of stored values and their derivatives; compiled once for each target (see gradients.cc).
#if defined(MANA_KERNELS_CPU_ACTIVATION_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_ACTIVATION_GRADIENT_INL_H_
#undef MANA_KERNELS_CPU_ACTIVATION_GRADIENT_INL_H_
#else
#define MANA_KERNELS_CPU_ACTIVATION_GRADIENT_INL_H_
#endif

#include <algorithm>
#include <cstddef>

#include "mana/kernels/cpu/math-inl.h"
#include "mana/kernels/gradients.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// x within [-limit, limit]; NaN stays.
HWY_INLINE Vec clamped(Vec x, float limit) {
  const Tag d;
  return hn::Max(hn::Set(d, -limit), hn::Min(hn::Set(d, limit), x));
}

/// σ(x) and σ'(x) = σ(x) σ(-x), both without cancellation: by e = e^-|x|, σ(|x|) = 1 / (1 + e) and σ(-|x|) = e σ(|x|).
struct Sigmoid {
  HWY_INLINE explicit Sigmoid(Vec x) {
    const Tag d;
    const Vec one = hn::Set(d, 1.0f);
    const Vec e = exp(hn::Neg(hn::Min(hn::Set(d, 87.0f), hn::Abs(x))));
    const Vec larger = hn::Div(one, hn::Add(one, e)), smaller = hn::Mul(e, larger);
    value = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), smaller, larger);
    derivative = hn::Mul(larger, smaller);
  }
  Vec value, derivative;
};

/// Φ(x) + x φ(x), Φ as in gelu(). Beyond ±13 it is 0 or 1.
HWY_INLINE Vec gelu_derivative(Vec any) {
  const Tag d;
  const Vec x = clamped(any, 13.0f);
  constexpr float kRootOfTwoPi = 2.50662827463f;
  const Vec density = hn::Mul(exp2(hn::Mul(hn::Mul(x, x), hn::Set(d, -0.5f * kLog2E))), hn::Set(d, 1 / kRootOfTwoPi));
  return hn::MulAdd(x, density, normal_distribution(x));
}

/// σ(u) + x σ'(u) u',  u = 2 √(2/π) (x + 0.044715 x³). Beyond ±10 it is 0 or 1.
HWY_INLINE Vec gelu_tanh_derivative(Vec any) {
  const Tag d;
  constexpr float kSlope = 2 * 0.7978845608f, kCubic = 0.044715f;
  const Vec x = clamped(any, 10.0f), square = hn::Mul(x, x);
  const Vec u = hn::Mul(hn::Mul(x, hn::Set(d, kSlope)), hn::MulAdd(square, hn::Set(d, kCubic), hn::Set(d, 1.0f)));
  const Vec du = hn::MulAdd(square, hn::Set(d, 3 * kCubic * kSlope), hn::Set(d, kSlope));
  const Sigmoid sigmoid(u);
  return hn::MulAdd(hn::Mul(x, sigmoid.derivative), du, sigmoid.value);
}

/// σ(x) + x σ'(x). Beyond ±87 it is 0 or 1.
HWY_INLINE Vec silu_derivative(Vec any) {
  const Vec x = clamped(any, 87.0f);
  const Sigmoid sigmoid(x);
  return hn::MulAdd(x, sigmoid.derivative, sigmoid.value);
}

HWY_INLINE Vec activation_derivative(Activation activation, Vec x) {
  const Tag d;
  const Vec one = hn::Set(d, 1.0f);
  switch (activation) {
    case Activation::identity: return one;
    case Activation::gelu: return gelu_derivative(x);
    case Activation::gelu_tanh: return gelu_tanh_derivative(x);
    case Activation::relu: return hn::IfThenElseZero(hn::Gt(x, hn::Zero(d)), one);
    case Activation::silu: return silu_derivative(x);
    case Activation::tanh: return hn::Mul(hn::Set(d, 4.0f), Sigmoid(hn::Add(x, x)).derivative);  // 1 - tanh²(x)
    case Activation::sigmoid: return Sigmoid(x).derivative;
  }
  return one;
}

/// `Operands` knows how closely: as the products of its precision do.
template <class Operands>
void activate_all(const ActivateCall& call) {
  for (std::size_t i = 0; i < call.count; i += kLanes) {
    const std::size_t count = HWY_MIN(kLanes, call.count - i);
    store_first(Operands::activate(call.activation, load_first(call.x + i, count)), call.y + i, count);
  }
}

void activation_gradient(const ActivationGradientCall& call) {
  for (std::size_t i = 0; i < call.count; i += kLanes) {
    const std::size_t count = HWY_MIN(kLanes, call.count - i);
    const Vec slope = activation_derivative(call.activation, load_first(call.x + i, count));
    store_first(hn::Mul(load_first(call.dy + i, count), slope), call.dx + i, count);
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
