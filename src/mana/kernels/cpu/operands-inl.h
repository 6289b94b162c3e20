// Rows as operands (operands.h); compiled once for each target (see tables.cc).
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
#include "mana/kernels/operands.h"
#include "mana/kernels/reference/quantise.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

using Int32Vec = hn::Vec<hn::ScalableTag<std::int32_t>>;

/// f32: the values do.
struct ValuesAsOperand {
  static constexpr OperandLayout kLayout{};
  static void make_row(const float*, std::size_t, std::byte*, std::size_t) {}
};

/// As reference::row_range().
HWY_INLINE RowRange row_range(const float* x, std::size_t width) {
  const Tag d;
  Vec least = hn::Set(d, x[0]), most = least, sum = hn::Zero(d);
  for (std::size_t k = 0; k < width; k += kLanes) {
    const std::size_t count = std::min(kLanes, width - k);
    Vec value = load_first(x + k, count);
    if (count < kLanes) value = hn::IfThenElse(hn::FirstN(d, count), value, hn::Set(d, x[0]));
    least = hn::Min(least, value);
    most = hn::Max(most, value);
    sum = hn::MulAdd(value, hn::Zero(d), sum);  // what is not finite makes it NaN; Min and Max may forget it
  }
  if (!hn::AllTrue(d, hn::Eq(sum, sum))) return RowRange::none();
  const float lowest = hn::GetLane(hn::MinOfLanes(d, least));
  return {(hn::GetLane(hn::MaxOfLanes(d, most)) - lowest) * (1.0f / 255), lowest};
}

/// As reference::quantised(), before it is clamped: from what rounding x / step makes of it, little below 0 and less
/// than 600, which narrowing to unsigned bytes clamps.
class QuantisationLevels {
 public:
  explicit HWY_INLINE QuantisationLevels(RowRange range)
      : inverse_(hn::Set(Tag(), range.inverse())), offset_(hn::Set(Tag(), -range.least * range.inverse())) {}
  HWY_INLINE Int32Vec of(Vec x) const { return hn::NearestInt(hn::MulAdd(x, inverse_, offset_)); }

 private:
  Vec inverse_, offset_;
};

/// A line of operands. Elements beyond the row's width are zero in the weights, so what stands there does not matter.
HWY_INLINE void quantise_line(const float* x, std::size_t count, const QuantisationLevels& levels,
                              std::uint16_t* line) {
  const hn::ScalableTag<std::int32_t> di;
  const hn::Rebind<std::uint16_t, Tag> narrow;
  for (std::size_t k = 0; k < count; k += kLanes) {
    const Int32Vec level = hn::Min(levels.of(load_first(x + k, count - k)), hn::Set(di, 255));
    hn::StoreU(hn::DemoteTo(narrow, level), narrow, line + k);
  }
}
HWY_INLINE void quantise_line(const float* x, std::size_t count, const QuantisationLevels& levels, std::uint8_t* line) {
#if HWY_TARGET == HWY_AVX3
  const auto part = [&](std::size_t k) {
    return levels.of(k < count ? load_first(x + k, count - k) : hn::Zero(Tag())).raw;
  };
  const __m512i front = _mm512_packus_epi32(part(0), part(kLanes)),
                back = _mm512_packus_epi32(part(2 * kLanes), part(3 * kLanes));
  alignas(64) static constexpr std::int32_t kInOrder[] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
  _mm512_storeu_si512(line, _mm512_permutexvar_epi32(_mm512_load_si512(kInOrder), _mm512_packus_epi16(front, back)));
#else
  const hn::Rebind<std::uint8_t, Tag> narrow;
  for (std::size_t k = 0; k < count; k += kLanes) {
    hn::StoreU(hn::DemoteTo(narrow, levels.of(load_first(x + k, count - k))), narrow, line + k);
  }
#endif
}

/// 8 bits with a range for each row, in elements of 8 or 16 bits, `kTogether` rows together.
template <class Element, std::size_t kTogether>
struct QuantisedOperands {
  static constexpr OperandLayout kLayout{
      std::is_same_v<Element, std::uint8_t> ? OperandLayout::Element::u8 : OperandLayout::Element::u16, kTogether};

  static HWY_INLINE void make_row(const float* x, std::size_t columns, std::byte* operands, std::size_t row) {
    constexpr std::size_t kInLine = kLayout.elements_in_line();
    const std::size_t lines = kLayout.lines(columns);
    const RowRange range = row_range(x, columns);
    const QuantisationLevels levels(range);
    std::byte* line = operands + line_offset(row, 0, lines, kTogether);
    for (std::size_t k = 0; k < columns; k += kInLine, line += kTogether * OperandLayout::kLineBytes) {
      quantise_line(x + k, HWY_MIN(kInLine, columns - k), levels, reinterpret_cast<Element*>(line));
    }
    __builtin_memcpy(line, &range, sizeof range);
  }

  static HWY_INLINE RowRange range(const std::byte* operands, std::size_t row, std::size_t lines) {
    RowRange range;
    __builtin_memcpy(&range, operands + line_offset(row, lines - 1, lines, kTogether), sizeof range);
    return range;
  }
};

template <class Operands>
void make_operands(const OperandCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    Operands::make_row(call.x + row * call.columns, call.columns, call.to.operands, call.to.first_row + row);
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
