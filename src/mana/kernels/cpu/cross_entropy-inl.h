// The softmax over a vocabulary and its gradient, a block of columns at a time; compiled once for each target (see
// gradients.cc).
#if defined(MANA_KERNELS_CPU_CROSS_ENTROPY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_CROSS_ENTROPY_INL_H_
#undef MANA_KERNELS_CPU_CROSS_ENTROPY_INL_H_
#else
#define MANA_KERNELS_CPU_CROSS_ENTROPY_INL_H_
#endif

#include <cmath>
#include <cstddef>

#include "mana/kernels/cpu/math-inl.h"
#include "mana/kernels/cross_entropy.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// exp(x) for x ≤ 0, whatever its size; NaN stays.
HWY_INLINE Vec exp_below_one(Vec x) {
  constexpr float kNothing = -104.0f;  // exp() of less is no float
  return exp(hn::Max(hn::Set(Tag(), kNothing), x));
}

HWY_INLINE float largest_of(const float* row, std::size_t size, float largest) {
  const Tag d;
  Vec most = hn::Set(d, largest);
  for (std::size_t k = 0; k < size; k += kLanes) {
    const std::size_t count = HWY_MIN(kLanes, size - k);
    most = hn::IfThenElse(hn::FirstN(d, count), hn::Max(most, load_first(row + k, count)), most);
  }
  return hn::GetLane(hn::MaxOfLanes(d, most));
}

void logit_sums(const LogitSumsCall& call) {
  const Tag d;
  for (std::size_t row = 0; row < call.rows; ++row) {
    const float* const l = call.logits + row * call.columns;
    LogitSums& sums = call.sums[row];
    const float largest = largest_of(l, call.columns, sums.largest);
    Vec exponentials = hn::Zero(d), total = hn::Zero(d);
    const Vec most = hn::Set(d, largest);
    for (std::size_t k = 0; k < call.columns; k += kLanes) {
      const std::size_t count = HWY_MIN(kLanes, call.columns - k);
      const Vec logits = load_first(l + k, count);
      const Vec power = exp_below_one(hn::Sub(logits, most));
      exponentials = hn::Add(exponentials, hn::IfThenElseZero(hn::FirstN(d, count), power));
      total = hn::Add(total, logits);
    }
    if (sums.exponentials != 0) sums.exponentials *= std::exp(double{sums.largest} - double{largest});
    sums.exponentials += double{hn::GetLane(hn::SumOfLanes(d, exponentials))};
    sums.total += double{hn::GetLane(hn::SumOfLanes(d, total))};
    sums.largest = largest;
  }
}

void cross_entropy_gradient(const CrossEntropyGradientCall& call) {
  const Tag d;
  const Vec smoothed = hn::Set(d, call.smoothing / static_cast<float>(call.class_count));
  for (std::size_t row = 0; row < call.rows; ++row) {
    float* const l = call.logits + row * call.columns;
    const Vec most = hn::Set(d, call.sums[row].largest), scale = hn::Set(d, call.scales[row]);
    const Vec share = hn::Set(d, static_cast<float>(1 / call.sums[row].exponentials));
    for (std::size_t k = 0; k < call.columns; k += kLanes) {
      const std::size_t count = HWY_MIN(kLanes, call.columns - k);
      const Vec softmax = hn::Mul(exp_below_one(hn::Sub(load_first(l + k, count), most)), share);
      store_first(hn::Mul(scale, hn::Sub(softmax, smoothed)), l + k, count);
    }
    const std::size_t own = call.classes[row] - call.first;  // huge where the class stands before
    if (own < call.columns) l[own] -= call.scales[row] * (1 - call.smoothing);
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
