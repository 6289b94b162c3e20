// Rows rounded to bf16 as operands (operands.h); compiled for AVX-512 only (see tables.cc).
#pragma once

#include "mana/kernels/cpu/block-inl.h"
#include "mana/kernels/operands.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Both rounded to bfloat16, to nearest even: those of the first in the lower 16 values, those of the second above.
HWY_INLINE __m512i rounded(Vec first, Vec second) {
  __m512i both;
  asm("vcvtne2ps2bf16 %1, %2, %0" : "=v"(both) : "v"(first.raw), "v"(second.raw));
  return both;
}

/// The first `count` of the 32 values, zero beyond.
HWY_INLINE __m512i first_of(__m512i values, std::size_t count) {
  return _mm512_maskz_mov_epi16(count >= 32 ? ~0U : (1U << count) - 1, values);
}

/// bf16, `kTogether` rows together.
template <std::size_t kTogether>
struct RoundedOperands {
  static constexpr OperandLayout kLayout{OperandLayout::Element::bf16, kTogether};

  static HWY_INLINE void make_row(const float* x, std::size_t columns, std::byte* operands, std::size_t row) {
    std::byte* line = operands + line_offset(row, 0, kLayout.lines(columns), kTogether);
    for (std::size_t k = 0; k < columns; k += kPanelWidth, line += kTogether * OperandLayout::kLineBytes) {
      const Vec second = k + kLanes < columns ? load_first(x + k + kLanes, columns - k - kLanes) : hn::Zero(Tag());
      _mm512_storeu_si512(line, rounded(load_first(x + k, columns - k), second));
    }
  }

  /// A panel of a row, which is a line: `count` values from `column` on, of `columns`.
  static HWY_INLINE void store(Vec first, Vec second, std::size_t count, std::byte* operands, std::size_t row,
                               std::size_t column, std::size_t columns) {
    __m512i line = rounded(first, second);
    if (count < kPanelWidth) line = first_of(line, count);
    _mm512_storeu_si512(operands + line_offset(row, column / kPanelWidth, kLayout.lines(columns), kTogether), line);
  }
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
