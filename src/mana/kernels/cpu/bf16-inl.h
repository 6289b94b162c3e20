// bf16 products by the AVX-512 BF16 dot product; compiled for AVX-512 only (see tables.cc).
#pragma once

#include "mana/kernels/cpu/linear-inl.h"
#include "mana/kernels/cpu/rounded_operands-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// A pair of neighbouring inputs in each lane: sum += a₀ b₀ + a₁ b₁. In assembler, since the target attribute that the
/// intrinsic needs does not nest in Highway's with every compiler.
struct DotPairs {
  using Operand = std::int32_t;
  using Sum = float;
  static HWY_INLINE Vec add(Vec sum, Int32Vec a, Int32Vec b) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "v"(b.raw));
    return sum;
  }
};

struct Bf16Scheme {
  using Product = DotPairs;
  using Operands = RoundedOperands<1>;
  using Rounded = Operands;

  explicit Bf16Scheme(const LinearCall& call)
      : weights(call.weights), rows(reinterpret_cast<const std::int32_t*>(call.operands)) {}
  const std::int32_t* operands(std::size_t row) const { return rows + row * stride(); }
  std::size_t stride() const { return Operands::kLayout.row_bytes(weights.inputs()) / sizeof(std::int32_t); }
  const float* start(std::size_t column) const { return weights.bias() + column; }
  static HWY_INLINE Vec gelu(Vec x) { return quick_gelu(x); }
  static HWY_INLINE WholeSums columns(const MatrixWeights&, std::size_t) { return {}; }
  NoRange range(std::size_t) const { return {}; }

  const MatrixWeights& weights;
  const std::int32_t* rows;
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
