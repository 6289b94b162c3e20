// What goes over memory once: sums of rows and the optimiser's step; compiled once for each target (see gradients.cc).
#if defined(MANA_KERNELS_CPU_UPDATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_UPDATE_INL_H_
#undef MANA_KERNELS_CPU_UPDATE_INL_H_
#else
#define MANA_KERNELS_CPU_UPDATE_INL_H_
#endif

#include <cstddef>

#include "mana/kernels/cpu/math-inl.h"
#include "mana/kernels/gradients.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// y += x.
HWY_INLINE void add_row(const float* x, std::size_t size, float* y) {
  for (std::size_t i = 0; i < size; i += kLanes) {
    const std::size_t count = HWY_MIN(kLanes, size - i);
    store_first(hn::Add(load_first(y + i, count), load_first(x + i, count)), y + i, count);
  }
}

void add_rows(const AddRowsCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    add_row(call.x + row * call.stride + call.first, call.last - call.first, call.sum + call.first);
  }
}

void embedding_gradient(const EmbeddingGradientCall& call) {
  for (std::size_t token = 0; token < call.tokens; ++token) {
    float* const row = call.table + static_cast<std::size_t>(call.ids[token]) * call.width;
    add_row(call.dy + token * call.width + call.first, call.last - call.first, row + call.first);
  }
}

void add(const AddCall& call) {
  const Vec factor = hn::Set(Tag(), call.factor);
  for (std::size_t i = 0; i < call.count; i += kLanes) {
    const std::size_t count = HWY_MIN(kLanes, call.count - i);
    store_first(hn::MulAdd(factor, load_first(call.x + i, count), load_first(call.y + i, count)), call.y + i, count);
  }
}

/// The roundings are those of reference::adamw().
void adamw(const AdamWCall& call) {
  const Tag d;
  const Vec factor = hn::Set(d, call.gradient_factor), beta1 = hn::Set(d, call.beta1), beta2 = hn::Set(d, call.beta2);
  const Vec rest1 = hn::Set(d, 1 - call.beta1), rest2 = hn::Set(d, 1 - call.beta2);
  const Vec correction = hn::Set(d, call.inverse_correction), epsilon = hn::Set(d, call.epsilon);
  const Vec step = hn::Set(d, call.step_size), decay = hn::Set(d, call.decay_factor);
  for (std::size_t i = 0; i < call.count; i += kLanes) {
    const std::size_t count = HWY_MIN(kLanes, call.count - i);
    const Vec g = hn::Mul(factor, load_first(call.gradient + i, count));
    const Vec m = hn::MulAdd(beta1, load_first(call.first_moment + i, count), hn::Mul(rest1, g));
    const Vec v = hn::MulAdd(beta2, load_first(call.second_moment + i, count), hn::Mul(hn::Mul(rest2, g), g));
    const Vec root = hn::MulAdd(hn::Sqrt(v), correction, epsilon);
    const Vec kept = hn::Mul(decay, load_first(call.values + i, count));
    store_first(m, call.first_moment + i, count);
    store_first(v, call.second_moment + i, count);
    store_first(hn::NegMulAdd(step, hn::Div(m, root), kept), call.values + i, count);
  }
}

/// 16 sums as in reference::sum_of_squares().
double sum_of_squares(const float* x, std::size_t count) {
  constexpr std::size_t kSums = 16;
  const hn::ScalableTag<double> wide;
  const hn::Rebind<float, decltype(wide)> narrow;
  constexpr std::size_t kWide = kLanes / 2, kVectors = kSums / kWide;
  hn::Vec<decltype(wide)> sums[kVectors];
  for (auto& sum : sums) sum = hn::Zero(wide);
  for (std::size_t i = 0; i < count; i += kSums) {
    const float* from = x + i;
    HWY_ALIGN float last[kSums] = {};
    if (count - i < kSums) {
      for (std::size_t k = 0; k < count - i; ++k) last[k] = x[i + k];
      from = last;
    }
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto value = hn::PromoteTo(wide, hn::LoadU(narrow, from + v * kWide));
      sums[v] = hn::MulAdd(value, value, sums[v]);
    }
  }
  HWY_ALIGN double joined[kSums];
  for (std::size_t v = 0; v < kVectors; ++v) hn::Store(sums[v], wide, joined + v * kWide);
  for (std::size_t half = kSums / 2; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) joined[lane] += joined[lane + half];
  }
  return joined[0];
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
