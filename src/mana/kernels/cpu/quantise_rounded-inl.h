// Rows rounded to bf16 as 8 bits; compiled for AVX-512 only (see tables.cc).
#pragma once

#include "mana/kernels/cpu/int8-inl.h"
#include "mana/kernels/cpu/rounded_operands-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// A line of bf16: its even elements and its odd ones.
HWY_INLINE Vec even_of(__m512i line) { return Vec{_mm512_castsi512_ps(_mm512_slli_epi32(line, 16))}; }
HWY_INLINE Vec odd_of(__m512i line) {
  return Vec{_mm512_castsi512_ps(_mm512_and_si512(line, _mm512_set1_epi32(static_cast<int>(0xffff0000))))};
}

/// Numbers of 16 bits in the order of the bf16 that they are, not a number outermost; and back.
HWY_INLINE __m512i ordered(__m512i line) {
  constexpr int kXorOfAnd = 0x78;  // a ^ (b & c)
  return _mm512_ternarylogic_epi32(line, _mm512_srai_epi16(line, 15), _mm512_set1_epi16(0x7fff), kXorOfAnd);
}
HWY_INLINE float from_order(std::int16_t number) {
  const auto bits = static_cast<std::uint16_t>(number ^ ((number >> 15) & 0x7fff));
  return __builtin_bit_cast(float, std::uint32_t{bits} << 16);
}
HWY_INLINE std::int16_t least_of(__m512i numbers) {
  const __m256i half = _mm256_min_epi16(_mm512_castsi512_si256(numbers), _mm512_extracti64x4_epi64(numbers, 1));
  const __m128i quarter = _mm_min_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  constexpr std::int16_t kSign = -0x8000;
  const __m128i least = _mm_minpos_epu16(_mm_xor_si128(quarter, _mm_set1_epi16(kSign)));
  return static_cast<std::int16_t>(_mm_extract_epi16(least, 0) ^ kSign);
}

/// The lines of a row.
template <std::size_t kTogether>
struct RoundedRow {
  HWY_INLINE RoundedRow(const OperandCall& call, std::size_t row)
      : first(call.rounded + line_offset(row, 0, RoundedOperands<kTogether>::kLayout.lines(call.columns), kTogether)) {}
  HWY_INLINE __m512i line(std::size_t i) const {
    return _mm512_loadu_si512(first + i * kTogether * OperandLayout::kLineBytes);
  }
  const std::byte* first;
};

template <std::size_t kTogether>
HWY_INLINE RowRange row_range(const RoundedRow<kTogether>& row, std::size_t columns) {
  const __m512i begin = _mm512_set1_epi16(static_cast<short>(_mm512_cvtsi512_si32(row.line(0))));
  __m512i least = ordered(begin), most = least;
  const std::size_t whole = columns / kPanelWidth;
  const auto add = [&](__m512i line) {
    least = _mm512_min_epi16(least, ordered(line));
    most = _mm512_max_epi16(most, ordered(line));
  };
  for (std::size_t i = 0; i < whole; ++i) add(row.line(i));
  if (const std::size_t rest = columns % kPanelWidth; rest != 0) {
    add(_mm512_mask_mov_epi16(begin, (1U << rest) - 1, row.line(whole)));
  }
  const float lowest = from_order(least_of(least));
  const float highest = from_order(static_cast<std::int16_t>(~least_of(_mm512_xor_si512(most, _mm512_set1_epi32(-1)))));
  return {(highest - lowest) * (1.0f / 255), lowest};
}

/// The 32 levels of a line as 16 bits each, in their order.
HWY_INLINE __m512i levels_of(__m512i line, const QuantisationLevels& levels) {
  constexpr __mmask32 kOdd = 0xaaaaaaaa;
  return _mm512_mask_blend_epi16(kOdd, levels.of(even_of(line)).raw,
                                 _mm512_slli_epi32(levels.of(odd_of(line)).raw, 16));
}

/// As QuantisedOperands makes them of values.
template <std::size_t kTogether>
void quantise_rounded(const OperandCall& call) {
  using Operands = QuantisedOperands<std::uint8_t, kTogether>;
  const std::size_t lines = Operands::kLayout.lines(call.columns);
  const std::size_t rounded_lines = RoundedOperands<kTogether>::kLayout.lines(call.columns);
  const __m512i in_order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  for (std::size_t row = call.to.first_row; row < call.to.first_row + call.rows; ++row) {
    const RoundedRow<kTogether> x(call, row);
    const RowRange range = row_range(x, call.columns);
    const QuantisationLevels levels(range);
    std::byte* line = call.to.operands + line_offset(row, 0, lines, kTogether);
    for (std::size_t i = 0; i < rounded_lines; i += 2, line += kTogether * OperandLayout::kLineBytes) {
      const __m512i front = levels_of(x.line(i), levels);
      const __m512i back = i + 1 < rounded_lines ? levels_of(x.line(i + 1), levels) : front;
      _mm512_storeu_si512(line, _mm512_permutexvar_epi64(in_order, _mm512_packus_epi16(front, back)));
    }
    __builtin_memcpy(line, &range, sizeof range);
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
