// Rows as factors (factors.h); compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_FACTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_FACTORS_INL_H_
#undef MANA_KERNELS_CPU_FACTORS_INL_H_
#else
#define MANA_KERNELS_CPU_FACTORS_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "mana/kernels/cpu/math-inl.h"
#include "mana/kernels/factors.h"
#include "mana/kernels/reference/quantise.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

using Int32Vec = hn::Vec<hn::ScalableTag<std::int32_t>>;

/// f32: the values do.
struct NoFactors {
  static constexpr FactorLayout kLayout{};
  static void make_row(const float*, std::size_t, std::byte*, std::size_t) {}
};

/// As reference::row_range().
HWY_INLINE RowRange row_range(const float* x, std::size_t width) {
  const Tag d;
  Vec least = hn::Set(d, x[0]), most = least;
  for (std::size_t k = 0; k < width; k += kLanes) {
    const std::size_t count = std::min(kLanes, width - k);
    Vec value = load_first(x + k, count);
    if (count < kLanes) value = hn::IfThenElse(hn::FirstN(d, count), value, hn::Set(d, x[0]));
    least = hn::Min(least, value);
    most = hn::Max(most, value);
  }
  const float lowest = hn::GetLane(hn::MinOfLanes(d, least));
  return {(hn::GetLane(hn::MaxOfLanes(d, most)) - lowest) * (1.0f / 255), lowest};
}

/// Elements beyond the row's width are zero in the weights, so what stands there in the factors does not matter.
template <class Element>
HWY_INLINE void quantise_row(const float* x, std::size_t width, RowRange range, Element* out) {
  const Tag d;
  const hn::ScalableTag<std::int32_t> di;
  const hn::Rebind<Element, Tag> narrow;
  const Vec least = hn::Set(d, range.least), inverse = hn::Set(d, range.step > 0 ? 1.0f / range.step : 0.0f);
  for (std::size_t k = 0; k < width; k += kLanes) {
    const Vec level = hn::Mul(hn::Sub(load_first(x + k, width - k), least), inverse);
    const Int32Vec whole = hn::Min(hn::Max(hn::NearestInt(level), hn::Zero(di)), hn::Set(di, 255));
    hn::StoreU(hn::DemoteTo(narrow, whole), narrow, out + k);
  }
}

/// 8 bits with a range for each row, in elements of 8 or 16 bits, `kTogether` rows together.
template <class Element, std::size_t kTogether>
struct QuantisedFactors {
  static constexpr FactorLayout kLayout{
      std::is_same_v<Element, std::uint8_t> ? FactorLayout::Element::u8 : FactorLayout::Element::u16, kTogether};

  static HWY_INLINE void make_row(const float* x, std::size_t columns, std::byte* factors, std::size_t row) {
    constexpr std::size_t kInLine = kLayout.elements_in_line();
    const std::size_t lines = kLayout.lines(columns);
    const RowRange range = row_range(x, columns);
    std::byte* line = factors + line_offset(row, 0, lines, kTogether);
    for (std::size_t k = 0; k < columns; k += kInLine, line += kTogether * FactorLayout::kLineBytes) {
      quantise_row(x + k, HWY_MIN(kInLine, columns - k), range, reinterpret_cast<Element*>(line));
    }
    __builtin_memcpy(line, &range, sizeof range);
  }

  static HWY_INLINE RowRange range(const std::byte* factors, std::size_t row, std::size_t lines) {
    RowRange range;
    __builtin_memcpy(&range, factors + line_offset(row, lines - 1, lines, kTogether), sizeof range);
    return range;
  }
};

template <class Factors>
void make_factors(const FactorCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    Factors::make_row(call.x + row * call.columns, call.columns, call.to.factors, call.to.first_row + row);
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
