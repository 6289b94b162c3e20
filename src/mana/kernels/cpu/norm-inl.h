// Layer normalisation of a sum; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_NORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_NORM_INL_H_
#undef MANA_KERNELS_CPU_NORM_INL_H_
#else
#define MANA_KERNELS_CPU_NORM_INL_H_
#endif

#include <algorithm>
#include <cstddef>

#include "mana/kernels/cpu/math-inl.h"
#include "mana/kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Four running sums, so that an addition does not wait for the one before it, are joined in this order.
HWY_INLINE float joined(const Vec (&part)[4]) {
  return hn::GetLane(hn::SumOfLanes(Tag(), hn::Add(hn::Add(part[0], part[1]), hn::Add(part[2], part[3]))));
}

inline void add_norm(const AddNormCall& call) {
  const Tag d;
  const std::size_t width = call.width;
  const float inverse_width = 1.0f / static_cast<float>(width);
  for (std::size_t row = 0; row < call.rows; ++row) {
    const float* x = call.x + row * width;
    const float* y = call.y == nullptr ? nullptr : call.y + row * width;
    float* z = call.z + row * width;

    Vec sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    for (std::size_t i = 0, part = 0; i < width; i += kLanes, part = (part + 1) % 4) {
      const std::size_t count = std::min(kLanes, width - i);
      Vec h = load_first(x + i, count);
      if (y != nullptr) h = hn::Add(h, load_first(y + i, count));
      store_first(h, z + i, count);
      sums[part] = hn::Add(sums[part], h);
    }
    const Vec mean = hn::Set(d, joined(sums) * inverse_width);

    Vec squares[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    for (std::size_t i = 0, part = 0; i < width; i += kLanes, part = (part + 1) % 4) {
      const std::size_t count = std::min(kLanes, width - i);
      Vec centred = hn::Sub(load_first(z + i, count), mean);
      if (count < kLanes) centred = hn::IfThenElseZero(hn::FirstN(d, count), centred);
      squares[part] = hn::MulAdd(centred, centred, squares[part]);
    }
    const Vec scale = hn::Set(d, 1.0f / __builtin_sqrtf(joined(squares) * inverse_width + call.epsilon));

    for (std::size_t i = 0; i < width; i += kLanes) {
      const std::size_t count = std::min(kLanes, width - i);
      const Vec normal = hn::Mul(hn::Sub(load_first(z + i, count), mean), scale);
      const Vec scaled = hn::MulAdd(normal, load_first(call.gamma + i, count), load_first(call.beta + i, count));
      store_first(scaled, z + i, count);
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
