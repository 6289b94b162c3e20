// bf16 products by the AVX-512 BF16 dot product; compiled for AVX-512 only (see tables.cc).
#pragma once

#include "mana/kernels/cpu/linear-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// A pair of neighbouring inputs in each lane: sum += a₀ b₀ + a₁ b₁. In assembler, since the target attribute that the
/// intrinsic needs does not nest in Highway's with every compiler.
struct DotPairs {
  using Factor = std::int32_t;
  using Sum = float;
  static HWY_INLINE Vec add(Vec sum, hn::Vec<hn::ScalableTag<std::int32_t>> a,
                            hn::Vec<hn::ScalableTag<std::int32_t>> b) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
  }
};

/// Rounds to bfloat16, to nearest even, and packs: `count` values to count / 2 lanes and a zero behind an odd one.
HWY_INLINE void round_row(const float* x, std::size_t count, std::int32_t* pairs) {
  for (std::size_t k = 0; k < count; k += 2 * kLanes) {
    const Vec low = load_first(x + k, count - k);
    const Vec high = k + kLanes < count ? load_first(x + k + kLanes, count - k - kLanes) : hn::Zero(Tag());
    __m512i both;
    asm("vcvtne2ps2bf16 %1, %2, %0" : "=v"(both) : "v"(low.raw), "v"(high.raw));
    _mm512_storeu_si512(pairs + k / 2, both);
  }
}

struct Bf16Scheme {
  using Product = DotPairs;
  /// Rows are padded to whole vectors of pairs.
  static std::size_t lanes(std::size_t inputs) { return (inputs + 2 * kLanes - 1) / (2 * kLanes) * kLanes; }
  static std::size_t row_bytes(std::size_t inputs) { return lanes(inputs) * sizeof(std::int32_t); }
  static std::size_t scratch(std::size_t rows, std::size_t inputs) {
    return std::min(rows, rows_at_once(row_bytes(inputs))) * row_bytes(inputs);
  }

  Bf16Scheme(const LinearCall& call, std::size_t begin, std::size_t end)
      : weights(call.weights), factors(reinterpret_cast<const std::int32_t*>(call.scratch)) {
    auto* rows = reinterpret_cast<std::int32_t*>(call.scratch);
    const std::size_t inputs = weights.inputs();
    for (std::size_t row = begin; row < end; ++row) {
      round_row(call.x + row * inputs, inputs, rows + (row - begin) * lanes(inputs));
    }
  }
  std::size_t stride() const { return lanes(weights.inputs()); }
  const float* start(std::size_t column) const { return weights.bias() + column; }
  HWY_INLINE Vec value(const float* sums, std::size_t, std::size_t) const { return hn::LoadU(Tag(), sums); }

  const PackedLinear& weights;
  const std::int32_t* factors;
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
