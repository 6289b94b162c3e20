// Vector functions shared by the f32 kernels; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_MATH_INL_H_
#undef MANA_KERNELS_CPU_MATH_INL_H_
#else
#define MANA_KERNELS_CPU_MATH_INL_H_
#endif

#include <hwy/highway.h>

#include "mana/kernels/activation.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vec = hn::Vec<Tag>;
using Mask = hn::Mask<Tag>;
inline constexpr std::size_t kLanes = HWY_MAX_BYTES / sizeof(float);

/// c₀ + c₁ x + … + c_n xⁿ by Horner's rule.
template <std::size_t kTerms>
HWY_INLINE Vec polynomial(Vec x, const float (&coefficients)[kTerms]) {
  const Tag d;
  Vec sum = hn::Set(d, coefficients[kTerms - 1]);
  for (std::size_t i = kTerms - 1; i-- > 0;) sum = hn::MulAdd(sum, x, hn::Set(d, coefficients[i]));
  return sum;
}

/// 2ˣ for x in [-126, 127]: 2ˣ = 2ⁿ 2ᶠ, n the nearest integer. 2¹²⁷ above; below, zero or (AVX-512) a subnormal number.
/// Relative error 1.2e-7.
HWY_INLINE Vec exp2(Vec x) {
  const Tag d;
  // 2ᶠ on [-1/2, 1/2]: the Taylor series of exp(f ln 2), whose next term is below 2e-8.
  static constexpr float kPowers[] = {
      1.0f, 0.6931471806f, 0.2402265070f, 0.05550410866f, 0.009618129108f, 0.001333355815f, 0.0001540353039f};
  const Vec clamped = hn::Min(hn::Set(d, 127.0f), x);
  const Vec whole = hn::Round(clamped);
  const Vec fraction = polynomial(hn::Sub(clamped, whole), kPowers);
#if HWY_CAP_GE512
  return Vec{_mm512_scalef_ps(fraction.raw, whole.raw)};
#else
  const hn::RebindToSigned<Tag> di;
  const auto exponent = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, whole), hn::Set(di, 127)));
  const Vec result = hn::Mul(fraction, hn::BitCast(d, exponent));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, -126.0f)), result);
#endif
}

inline constexpr float kLog2E = 1.442695041f;

HWY_INLINE Vec exp(Vec x) { return exp2(hn::Mul(x, hn::Set(Tag(), kLog2E))); }
HWY_INLINE Vec sigmoid(Vec x) {
  const Vec one = hn::Set(Tag(), 1.0f);
  return hn::Div(one, hn::Add(one, exp(hn::Neg(x))));
}
/// 1 - 2 / (1 + e²ˣ): an absolute error of 1e-7; the relative one grows towards zero.
HWY_INLINE Vec tanh(Vec x) {
  const Vec one = hn::Set(Tag(), 1.0f);
  return hn::Sub(one, hn::Div(hn::Set(Tag(), 2.0f), hn::Add(one, exp(hn::Add(x, x)))));
}

/// Φ(x) with Φ(-t) = 2^p(t), t = |x|: p approximates log₂(erfc(t/√2)/2) on [0, 9], where Φ(-t) falls to 1e-19.
/// Weighted minimax fit; absolute error of x Φ(x) below 2e-7.
HWY_INLINE Vec normal_distribution(Vec x) {
  static constexpr float kLogTail[] = {-1.0f,
                                       -1.1511058807373047f,
                                       -0.45920470356941223f,
                                       -0.05249915271997452f,
                                       0.007049187086522579f,
                                       -0.00010033350554294884f,
                                       -0.0002220825117547065f,
                                       5.6916760513558984e-05f,
                                       -7.15808982931576e-06f,
                                       4.685026624429156e-07f,
                                       -1.262587012718086e-08f};
  const Tag d;
  const Vec tail = exp2(polynomial(hn::Min(hn::Set(d, 9.0f), hn::Abs(x)), kLogTail));
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(hn::Set(d, 1.0f), tail));
}

HWY_INLINE Vec gelu(Vec x) { return hn::Mul(x, normal_distribution(x)); }

/// x (1/2 + t P(t²)), t = x within ±4.4, where it is 0 or x: for what is rounded to fewer bits than f32's, and so quick
/// that a matrix unit need not wait for it. Minimax fit in t² - 9.75, around which it loses few bits; absolute error
/// 2.6e-5, whatever x is.
HWY_INLINE Vec quick_gelu(Vec x) {
  static constexpr float kHalfTail[] = {0.15983881056308746f,     -0.008039205335080624f,  0.0005804490065202117f,
                                        -4.3351941712899134e-05f, 2.98754434879811e-06f,   -1.824851949550066e-07f,
                                        1.2880162714168364e-08f,  -9.698957192938451e-10f, 3.569437453943003e-11f};
  const Tag d;
  const Vec t = hn::Max(hn::Set(d, -4.4f), hn::Min(hn::Set(d, 4.4f), x));
  const Vec square = hn::MulAdd(t, t, hn::Set(d, -9.75f));
  return hn::Mul(x, hn::MulAdd(t, polynomial(square, kHalfTail), hn::Set(d, 0.5f)));
}

HWY_INLINE Vec gelu_tanh(Vec x) {
  const Tag d;
  // x σ(2u) = x/2 (1 + tanh u),  u = √(2/π) (x + 0.044715 x³)
  const Vec cubic = hn::MulAdd(hn::Mul(hn::Mul(x, x), x), hn::Set(d, 0.044715f), x);
  return hn::Mul(x, sigmoid(hn::Mul(cubic, hn::Set(d, 2 * 0.7978845608f))));
}

HWY_INLINE Vec activate(Activation activation, Vec x) {
  switch (activation) {
    case Activation::identity: return x;
    case Activation::gelu: return gelu(x);
    case Activation::gelu_tanh: return gelu_tanh(x);
    case Activation::relu: return hn::Max(hn::Zero(Tag()), x);  // x86 gives the second where one is NaN
    case Activation::silu: return hn::Mul(x, sigmoid(x));
    case Activation::tanh: return tanh(x);
    case Activation::sigmoid: return sigmoid(x);
  }
  return x;
}

/// The same, with the quick GELU.
HWY_INLINE Vec quick_activate(Activation activation, Vec x) {
  return activation == Activation::gelu ? quick_gelu(x) : activate(activation, x);
}

/// The first `count` (at most kLanes) values; zero beyond. Nothing beyond them is read.
HWY_INLINE Vec load_first(const float* from, std::size_t count) {
  const Tag d;
  return count >= kLanes ? hn::LoadU(d, from) : hn::MaskedLoad(hn::FirstN(d, count), d, from);
}

HWY_INLINE void store_first(Vec value, float* to, std::size_t count) {
  const Tag d;
  if (count >= kLanes) {
    hn::StoreU(value, d, to);
  } else {
    hn::BlendedStore(value, hn::FirstN(d, count), d, to);
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
