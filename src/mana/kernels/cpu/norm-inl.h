// Layer normalisation of a sum; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_NORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_NORM_INL_H_
#undef MANA_KERNELS_CPU_NORM_INL_H_
#else
#define MANA_KERNELS_CPU_NORM_INL_H_
#endif

#include <algorithm>
#include <cstddef>

#include "mana/kernels/cpu/operands-inl.h"
#include "mana/kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// body(i, count, part) for the vectors of a row one after the other: `count` values from i on, and which of four
/// running sums they belong to. Four at a time, so that the sums are registers.
template <class Body>
HWY_INLINE void along_row(std::size_t width, const Body& body) {
  std::size_t i = 0;
  for (; i + 4 * kLanes <= width; i += 4 * kLanes) {
    body(i, kLanes, 0);
    body(i + kLanes, kLanes, 1);
    body(i + 2 * kLanes, kLanes, 2);
    body(i + 3 * kLanes, kLanes, 3);
  }
  if (i < width) body(i, HWY_MIN(kLanes, width - i), 0);
  if (i + kLanes < width) body(i + kLanes, HWY_MIN(kLanes, width - i - kLanes), 1);
  if (i + 2 * kLanes < width) body(i + 2 * kLanes, HWY_MIN(kLanes, width - i - 2 * kLanes), 2);
  if (i + 3 * kLanes < width) body(i + 3 * kLanes, HWY_MIN(kLanes, width - i - 3 * kLanes), 3);
}

/// Four running sums, so that an addition does not wait for the one before it, are joined in this order.
struct RunningSums {
  HWY_INLINE RunningSums() : part{hn::Zero(Tag()), hn::Zero(Tag()), hn::Zero(Tag()), hn::Zero(Tag())} {}
  HWY_INLINE float joined() const {
    return hn::GetLane(hn::SumOfLanes(Tag(), hn::Add(hn::Add(part[0], part[1]), hn::Add(part[2], part[3]))));
  }
  Vec part[4];
};

/// 1 / √(var(h) + ε) of a row.
HWY_INLINE float inverse_deviation(const float* h, std::size_t width, Vec mean, float epsilon) {
  RunningSums squares;
  along_row(width, [&](std::size_t i, std::size_t count, std::size_t part) {
    Vec centred = hn::Sub(load_first(h + i, count), mean);
    if (count < kLanes) centred = hn::IfThenElseZero(hn::FirstN(Tag(), count), centred);
    squares.part[part] = hn::MulAdd(centred, centred, squares.part[part]);
  });
  return 1.0f / __builtin_sqrtf(squares.joined() * (1.0f / static_cast<float>(width)) + epsilon);
}

/// h = x + kept(y_i, i), a row; y may be null. Returns the sum of h.
template <class Kept>
HWY_INLINE float add_row(const float* x, const float* y, std::size_t width, float* h, const Kept& kept) {
  RunningSums sums;
  along_row(width, [&](std::size_t i, std::size_t count, std::size_t part) {
    Vec sum = load_first(x + i, count);
    if (y != nullptr) sum = hn::Add(sum, kept(load_first(y + i, count), i));
    store_first(sum, h + i, count);
    sums.part[part] = hn::Add(sums.part[part], sum);
  });
  return sums.joined();
}

/// h = x + y
HWY_INLINE float add_row(const float* x, const float* y, std::size_t width, float* h) {
  return add_row(x, y, width, h, [](Vec value, std::size_t) { return value; });
}

/// Where a row begins; null where there are none.
HWY_INLINE const float* row_of(const float* rows, std::size_t row, std::size_t width) {
  return rows == nullptr ? nullptr : rows + row * width;
}

/// n γ + β for `count` elements from element i on.
HWY_INLINE Vec scaled_and_shifted(Vec normal, const float* gamma, const float* beta, std::size_t i, std::size_t count) {
  return hn::MulAdd(normal, load_first(gamma + i, count), load_first(beta + i, count));
}

/// `Operands` makes the operands of a row while it is near. A few rows take each step together, so that the end of
/// one's sum is not waited for.
template <class Operands>
void add_norm(const AddNormCall& call) {
  constexpr std::size_t kTogether = 4;
  const Tag d;
  const std::size_t width = call.width;
  for (std::size_t first = 0; first < call.rows; first += kTogether) {
    const std::size_t count = HWY_MIN(kTogether, call.rows - first);
    float means[kTogether], scales[kTogether];
    float* const sums = call.sum == nullptr ? call.z : call.sum;
    for (std::size_t m = 0; m < count; ++m) {
      const std::size_t row = first + m;
      const float sum = add_row(call.x + row * width, row_of(call.y, row, width), width, sums + row * width);
      means[m] = sum * (1.0f / static_cast<float>(width));
    }
    for (std::size_t m = 0; m < count; ++m) {
      scales[m] = inverse_deviation(sums + (first + m) * width, width, hn::Set(d, means[m]), call.epsilon);
    }
    for (std::size_t m = 0; m < count; ++m) {
      const float* h = sums + (first + m) * width;
      float* z = call.z + (first + m) * width;
      const Vec mean = hn::Set(d, means[m]), scale = hn::Set(d, scales[m]);
      along_row(width, [&](std::size_t i, std::size_t part, std::size_t) {
        const Vec normal = hn::Mul(hn::Sub(load_first(h + i, part), mean), scale);
        store_first(scaled_and_shifted(normal, call.gamma, call.beta, i, part), z + i, part);
      });
    }
    for (std::size_t m = 0; m < count && call.operands.operands != nullptr; ++m) {
      const std::size_t row = first + m;
      Operands::make_row(call.z + row * width, width, call.operands.operands, call.operands.first_row + row);
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
