// The register block of every f32 product; compiled once for each target (see f32.cc).
#if defined(MANA_KERNELS_CPU_BLOCK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_BLOCK_INL_H_
#undef MANA_KERNELS_CPU_BLOCK_INL_H_
#else
#define MANA_KERNELS_CPU_BLOCK_INL_H_
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "mana/kernels/cpu/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// A panel is two vectors wide; the sums of a block of rows, the two vectors and a broadcast fill the registers
/// (14 · 2 + 3 of 32, or 6 · 2 + 3 of 16).
inline constexpr std::size_t kPanelWidth = 2 * kLanes;
inline constexpr std::size_t kMaxRows = HWY_CAP_GE512 ? 14 : 6;

/// C = A B + c      A: [kRows, depth], rows `a_stride` apart; B: [depth, kPanelWidth]; c: [kPanelWidth]; C likewise.
/// Each element is summed over depth in order, by fused multiply-adds, whatever kRows is.
template <std::size_t kRows>
void multiply_block(const float* a, std::size_t a_stride, const float* b, std::size_t depth, const float* start,
                    float* c, std::size_t c_stride) {
  const Tag d;
  Vec left[kRows], right[kRows];
  const Vec left_start = hn::LoadU(d, start), right_start = hn::LoadU(d, start + kLanes);
#pragma GCC unroll 16
  for (std::size_t m = 0; m < kRows; ++m) left[m] = left_start, right[m] = right_start;

  // Every third row has a pointer of its own; the rows between are reached by its addressing mode.
  constexpr std::size_t kPointers = (kRows + 2) / 3;
  const float* rows[kPointers];
#pragma GCC unroll 5
  for (std::size_t p = 0; p < kPointers; ++p) rows[p] = a + 3 * p * a_stride;

  for (std::size_t k = 0; k < depth; ++k) {
    const Vec b_left = hn::LoadU(d, b), b_right = hn::LoadU(d, b + kLanes);
    b += kPanelWidth;
#pragma GCC unroll 16
    for (std::size_t m = 0; m < kRows; ++m) {
      const Vec value = hn::Set(d, rows[m / 3][m % 3 * a_stride]);
      left[m] = hn::MulAdd(value, b_left, left[m]);
      right[m] = hn::MulAdd(value, b_right, right[m]);
    }
#pragma GCC unroll 5
    for (std::size_t p = 0; p < kPointers; ++p) ++rows[p];
  }
#pragma GCC unroll 16
  for (std::size_t m = 0; m < kRows; ++m) {
    hn::StoreU(left[m], d, c + m * c_stride);
    hn::StoreU(right[m], d, c + m * c_stride + kLanes);
  }
}

using MultiplyBlock = void (*)(const float*, std::size_t, const float*, std::size_t, const float*, float*, std::size_t);

template <std::size_t... kIndex>
constexpr std::array<MultiplyBlock, sizeof...(kIndex)> make_blocks(std::index_sequence<kIndex...>) {
  return {multiply_block<kIndex + 1>...};
}
inline constexpr auto kBlocks = make_blocks(std::make_index_sequence<kMaxRows>());

/// How many rows the next block takes of `rows`: as even a split as there is, so that no block is thin.
HWY_INLINE std::size_t next_rows(std::size_t rows) {
  const std::size_t blocks = (rows + kMaxRows - 1) / kMaxRows;
  return (rows + blocks - 1) / blocks;
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
