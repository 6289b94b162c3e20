// int8 products; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_INT8_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_INT8_INL_H_
#undef MANA_KERNELS_CPU_INT8_INL_H_
#else
#define MANA_KERNELS_CPU_INT8_INL_H_
#endif

#include "mana/kernels/cpu/linear-inl.h"
#include "mana/kernels/reference/quantise.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

using Int32Vec = hn::Vec<hn::ScalableTag<std::int32_t>>;

/// Four neighbouring inputs in each lane, unsigned times signed, summed exactly: sum += Σ a_i b_i. In assembler, since
/// the target attribute that the intrinsic needs does not nest in Highway's with every compiler.
struct DotFours {
  using Factor = std::int32_t;
  using Sum = std::int32_t;
  using Element = std::uint8_t;
  static HWY_INLINE Int32Vec add(Int32Vec sum, Int32Vec a, Int32Vec b) {
#if HWY_CAP_GE512
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
#else
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum.raw) : "x"(a.raw), "x"(b.raw));
#endif
    return sum;
  }
};

/// Without VNNI: pairs of 16-bit integers, whose products of 8-bit values cannot saturate as those of VPMADDUBSW do.
struct MultiplyAddPairs {
  using Factor = std::int32_t;
  using Sum = std::int32_t;
  using Element = std::uint16_t;
  static HWY_INLINE Int32Vec add(Int32Vec sum, Int32Vec a, Int32Vec b) {
#if HWY_CAP_GE512
    return hn::Add(sum, Int32Vec{_mm512_madd_epi16(a.raw, b.raw)});
#else
    return hn::Add(sum, Int32Vec{_mm256_madd_epi16(a.raw, b.raw)});
#endif
  }
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

/// Where integer sums start.
inline constexpr std::int32_t kNoSums[kPanelWidth] = {};

/// As reference::dequantised().
HWY_INLINE Vec dequantised(const std::int32_t* sums, RowRange range, const PackedLinear& weights, std::size_t column) {
  const Tag d;
  const Vec sum = hn::ConvertTo(d, hn::LoadU(hn::ScalableTag<std::int32_t>(), sums));
  const Vec scaled = hn::Mul(hn::LoadU(d, weights.scales() + column), sum);
  const Vec offset = hn::Mul(hn::Set(d, range.least), hn::LoadU(d, weights.row_sums() + column));
  return hn::Add(hn::Mul(hn::Set(d, range.step), scaled), hn::Add(offset, hn::LoadU(d, weights.bias() + column)));
}

template <class Dot>
struct Int8Scheme {
  using Product = Dot;
  using Element = typename Dot::Element;
  static std::size_t width(std::size_t inputs) { return (inputs + kLanes - 1) / kLanes * kLanes; }
  static std::size_t row_bytes(std::size_t inputs) { return width(inputs) * sizeof(Element); }
  /// The factors of a chunk, then the range of each row.
  static std::size_t scratch(std::size_t rows, std::size_t inputs) {
    return std::min(rows, rows_at_once(row_bytes(inputs))) * (row_bytes(inputs) + sizeof(RowRange));
  }

  Int8Scheme(const LinearCall& call, std::size_t begin, std::size_t end)
      : weights(call.weights), factors(reinterpret_cast<const std::int32_t*>(call.scratch)) {
    const std::size_t inputs = weights.inputs();
    auto* elements = reinterpret_cast<Element*>(call.scratch);
    auto* row_ranges = reinterpret_cast<RowRange*>(call.scratch + (end - begin) * row_bytes(inputs));
    for (std::size_t row = begin; row < end; ++row) {
      const float* x = call.x + row * inputs;
      row_ranges[row - begin] = row_range(x, inputs);
      quantise_row(x, inputs, row_ranges[row - begin], elements + (row - begin) * width(inputs));
    }
    ranges = row_ranges;
  }
  std::size_t stride() const { return row_bytes(weights.inputs()) / sizeof(std::int32_t); }
  const std::int32_t* start(std::size_t) const { return kNoSums; }
  HWY_INLINE Vec value(const std::int32_t* sums, std::size_t row, std::size_t column) const {
    return dequantised(sums, ranges[row], weights, column);
  }

  const PackedLinear& weights;
  const std::int32_t* factors;
  const RowRange* ranges = nullptr;
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
