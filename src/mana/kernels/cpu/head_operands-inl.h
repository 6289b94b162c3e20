// The columns of one head in rows of bf16 operands, and what attention makes of them; compiled for AVX-512 only (see
// tables.cc).
#pragma once

#include "mana/kernels/cpu/bf16-inl.h"
#include "mana/kernels/reach.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Columns [column, column + count) of the rows from `first_row` on, 32 at a time, zero beyond the last.
template <std::size_t kTogether>
class HeadOperands {
 public:
  HeadOperands(const std::byte* operands, std::size_t first_row, std::size_t columns, std::size_t column,
               std::size_t count)
      : operands_(operands),
        first_row_(first_row),
        lines_(RoundedOperands<kTogether>::kLayout.lines(columns)),
        column_(column),
        count_(count) {}

  std::size_t lines() const { return (count_ + kPanelWidth - 1) / kPanelWidth; }

  HWY_INLINE __m512i line(std::size_t row, std::size_t index) const {
    const std::size_t from = column_ + index * kPanelWidth, count = count_ - index * kPanelWidth;
    const std::size_t shift = from % kPanelWidth;
    const __m512i head = at(row, from / kPanelWidth);
    if (shift == 0) return count >= kPanelWidth ? head : first_of(head, count);
    // A head that begins within a line: the end of one and the beginning of the next.
    alignas(64) std::uint16_t both[2 * kPanelWidth] = {};
    _mm512_store_si512(both, head);
    if (from / kPanelWidth + 1 < lines_) _mm512_store_si512(both + kPanelWidth, at(row, from / kPanelWidth + 1));
    return first_of(_mm512_loadu_si512(both + shift), count);
  }

 private:
  HWY_INLINE __m512i at(std::size_t row, std::size_t line) const {
    return _mm512_loadu_si512(operands_ + line_offset(first_row_ + row, line, lines_, kTogether));
  }

  const std::byte* operands_;
  std::size_t first_row_;
  std::size_t lines_;
  std::size_t column_;
  std::size_t count_;
};

/// Rows of pairs, side by side.      to: [length, pairs]
template <std::size_t kTogether>
HWY_INLINE void copy_rows(const HeadOperands<kTogether>& head, std::size_t length, std::size_t pairs,
                          std::int32_t* to) {
  for (std::size_t row = 0; row < length; ++row) {
    for (std::size_t i = 0; i < head.lines(); ++i)
      _mm512_storeu_si512(to + row * pairs + i * kLanes, head.line(row, i));
  }
}

/// The transpose of 16 rows of 16 elements of 32 bits, in place.
HWY_INLINE void transpose_16(__m512i (&r)[16]) {
  __m512i t[16];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  // Now r[4 g + c] has columns c, c + 4, c + 8, c + 12 of rows 4 g … 4 g + 3.
#pragma GCC unroll 4
  for (std::size_t c = 0; c < 4; ++c) {
    t[c] = _mm512_shuffle_i32x4(r[c], r[4 + c], 0x88);
    t[4 + c] = _mm512_shuffle_i32x4(r[c], r[4 + c], 0xdd);
    t[8 + c] = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0x88);
    t[12 + c] = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0xdd);
  }
#pragma GCC unroll 4
  for (std::size_t c = 0; c < 4; ++c) {
    r[c] = _mm512_shuffle_i32x4(t[c], t[8 + c], 0x88);
    r[8 + c] = _mm512_shuffle_i32x4(t[c], t[8 + c], 0xdd);
    r[4 + c] = _mm512_shuffle_i32x4(t[4 + c], t[12 + c], 0x88);
    r[12 + c] = _mm512_shuffle_i32x4(t[4 + c], t[12 + c], 0xdd);
  }
}

/// Kᵀ in panels: panel p holds, for each pair of the head's columns, those of keys 32 p, …; zero beyond the last.
template <std::size_t kTogether>
HWY_INLINE void lay_out_key_pairs(const HeadOperands<kTogether>& head, std::size_t length, std::size_t pairs,
                                  std::int32_t* panels) {
  const std::size_t keys = (length + kPanelWidth - 1) / kPanelWidth * kPanelWidth;
  for (std::size_t key = 0; key < keys; key += kLanes) {
    std::int32_t* lanes = panels + key / kPanelWidth * kPanelWidth * pairs + key % kPanelWidth;
    for (std::size_t i = 0; i < head.lines(); ++i) {
      __m512i rows[kLanes];
      for (std::size_t row = 0; row < kLanes; ++row) {
        rows[row] = key + row < length ? head.line(key + row, i) : _mm512_setzero_si512();
      }
      transpose_16(rows);
      for (std::size_t pair = 0; pair < kLanes; ++pair, lanes += kPanelWidth) _mm512_storeu_si512(lanes, rows[pair]);
    }
  }
}

/// V in panels of columns: a panel holds, for each pair of keys, those of 32 columns; zero but for the keys in `kept`.
template <std::size_t kTogether>
HWY_INLINE void lay_out_value_pairs(const HeadOperands<kTogether>& head, KeyRange kept, std::size_t keys,
                                    std::int32_t* panels) {
  alignas(64) static constexpr std::uint16_t kOneFromEach[2 * kPanelWidth] = {
      0,  32, 1,  33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39, 8,  40, 9,  41, 10, 42,
      11, 43, 12, 44, 13, 45, 14, 46, 15, 47, 16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53,
      22, 54, 23, 55, 24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63};
  const __m512i left = _mm512_load_si512(kOneFromEach), right = _mm512_load_si512(kOneFromEach + kPanelWidth);
  for (std::size_t i = 0; i < head.lines(); ++i) {
    for (std::size_t key = 0; key < keys; key += 2, panels += kPanelWidth) {
      const auto line = [&](std::size_t index) {
        return kept.has(index) ? head.line(index, i) : _mm512_setzero_si512();
      };
      const __m512i even = line(key), odd = line(key + 1);
      _mm512_storeu_si512(panels, _mm512_permutex2var_epi16(even, left, odd));
      _mm512_storeu_si512(panels + kLanes, _mm512_permutex2var_epi16(even, right, odd));
    }
  }
}

/// Puts the first `count` of 32 values into a row of operands from `column` on, of `columns`. Behind the last column
/// the line is filled up with zeros.
template <std::size_t kTogether>
HWY_INLINE void store_columns(__m512i values, std::size_t count, std::byte* operands, std::size_t row,
                              std::size_t column, std::size_t columns) {
  const std::size_t lines = RoundedOperands<kTogether>::kLayout.lines(columns);
  const auto at = [&](std::size_t line) {
    return reinterpret_cast<std::uint16_t*>(operands + line_offset(row, line, lines, kTogether));
  };
  const std::size_t line = column / kPanelWidth, shift = column % kPanelWidth;
  if (shift == 0 && count == kPanelWidth) return _mm512_storeu_si512(at(line), values);
  alignas(64) std::uint16_t both[2 * kPanelWidth] = {};
  _mm512_storeu_si512(both + shift, first_of(values, count));
  const std::size_t end =
      column + count == columns ? (shift + count + kPanelWidth - 1) / kPanelWidth * kPanelWidth : shift + count;
  __builtin_memcpy(at(line) + shift, both + shift, (HWY_MIN(end, kPanelWidth) - shift) * sizeof(std::uint16_t));
  if (end > kPanelWidth)
    __builtin_memcpy(at(line + 1), both + kPanelWidth, (end - kPanelWidth) * sizeof(std::uint16_t));
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
