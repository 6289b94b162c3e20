// int8 products; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_INT8_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_INT8_INL_H_
#undef MANA_KERNELS_CPU_INT8_INL_H_
#else
#define MANA_KERNELS_CPU_INT8_INL_H_
#endif

#include "mana/kernels/cpu/linear-inl.h"
#if HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/rounded_operands-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Four neighbouring inputs in each lane, unsigned times signed, summed exactly: sum += Σ a_i b_i. In assembler, since
/// the target attribute that the intrinsic needs does not nest in Highway's with every compiler.
struct DotFours {
  using Operand = std::int32_t;
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
  using Operand = std::int32_t;
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

/// Where integer sums start.
inline constexpr std::int32_t kNoSums[kPanelWidth] = {};

/// Some columns of integer sums: values as reference::dequantised() makes them.
class IntegerSums {
 public:
  HWY_INLINE IntegerSums(const MatrixWeights& weights, std::size_t column)
      : scales_(hn::LoadU(Tag(), weights.scales() + column)),
        row_sums_(hn::LoadU(Tag(), weights.row_sums() + column)),
        bias_(hn::LoadU(Tag(), weights.bias() + column)) {}

  HWY_INLINE Vec value(const std::int32_t* sums, RowRange range) const {
    const Tag d;
    const Vec sum = hn::ConvertTo(d, hn::LoadU(hn::ScalableTag<std::int32_t>(), sums));
    return hn::MulAdd(hn::Set(d, range.step), hn::Mul(scales_, sum),
                      hn::MulAdd(hn::Set(d, range.least), row_sums_, bias_));
  }

 private:
  Vec scales_, row_sums_, bias_;
};

template <class Dot>
struct Int8Scheme {
  using Product = Dot;
  using Operands = QuantisedOperands<typename Dot::Element, 1>;
#if HWY_TARGET == HWY_AVX3
  using Rounded = RoundedOperands<1>;
#endif

  explicit Int8Scheme(const LinearCall& call)
      : weights(call.weights), rows(call.operands), lines(Operands::kLayout.lines(call.weights.inputs())) {}
  const std::int32_t* operands(std::size_t row) const {
    return reinterpret_cast<const std::int32_t*>(rows) + row * stride();
  }
  std::size_t stride() const { return lines * OperandLayout::kLineBytes / sizeof(std::int32_t); }
  const std::int32_t* start(std::size_t) const { return kNoSums; }
  static HWY_INLINE Vec gelu(Vec x) { return quick_gelu(x); }
  static HWY_INLINE IntegerSums columns(const MatrixWeights& weights, std::size_t column) { return {weights, column}; }
  HWY_INLINE RowRange range(std::size_t row) const { return Operands::range(rows, row, lines); }

  const MatrixWeights& weights;
  const std::byte* rows;
  std::size_t lines;
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
