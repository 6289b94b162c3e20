// The register block of every product; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_BLOCK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_BLOCK_INL_H_
#undef MANA_KERNELS_CPU_BLOCK_INL_H_
#else
#define MANA_KERNELS_CPU_BLOCK_INL_H_
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "mana/kernels/cpu/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// A panel is two vectors wide; the sums of a block of rows, the two vectors and a broadcast fill the registers
/// (14 · 2 + 3 of 32, or 6 · 2 + 3 of 16).
inline constexpr std::size_t kPanelWidth = 2 * kLanes;
inline constexpr std::size_t kMaxRows = HWY_CAP_GE512 ? 14 : 6;

/// Where the sums of a product without a bias start.
HWY_ALIGN inline constexpr float kZeroPanel[kPanelWidth] = {};

/// What a step of a product does: sum += a · b in each lane. An operand is one f32, or a group of smaller elements in
/// 32 bits.
struct MultiplyAdd {
  using Operand = float;
  using Sum = float;
  static HWY_INLINE Vec add(Vec sum, Vec a, Vec b) { return hn::MulAdd(a, b, sum); }
};

/// C = A B + c      A: [kRows, depth], rows `a_stride` apart; B: [depth, kPanelWidth]; c: [kPanelWidth]; C: [kRows,
/// kPanelWidth], rows `c_stride` apart. Each element is summed over depth in order, whatever kRows is.
template <class Product, std::size_t kRows>
void multiply_block(const typename Product::Operand* a, std::size_t a_stride, const typename Product::Operand* b,
                    std::size_t depth, const typename Product::Sum* start, typename Product::Sum* c,
                    std::size_t c_stride) {
  const hn::ScalableTag<typename Product::Operand> operands;
  const hn::ScalableTag<typename Product::Sum> sums;
  hn::Vec<decltype(sums)> left[kRows], right[kRows];
  const auto left_start = hn::LoadU(sums, start), right_start = hn::LoadU(sums, start + kLanes);
#pragma GCC unroll 16
  for (std::size_t m = 0; m < kRows; ++m) left[m] = left_start, right[m] = right_start;

  // Every third row has a pointer of its own; the rows between are reached by its addressing mode.
  constexpr std::size_t kPointers = (kRows + 2) / 3;
  const typename Product::Operand* rows[kPointers];
#pragma GCC unroll 5
  for (std::size_t p = 0; p < kPointers; ++p) rows[p] = a + 3 * p * a_stride;

  for (std::size_t k = 0; k < depth; ++k) {
    const auto b_left = hn::LoadU(operands, b), b_right = hn::LoadU(operands, b + kLanes);
    b += kPanelWidth;
#pragma GCC unroll 16
    for (std::size_t m = 0; m < kRows; ++m) {
      const auto value = hn::Set(operands, rows[m / 3][m % 3 * a_stride]);
      left[m] = Product::add(left[m], value, b_left);
      right[m] = Product::add(right[m], value, b_right);
    }
#pragma GCC unroll 5
    for (std::size_t p = 0; p < kPointers; ++p) ++rows[p];
  }
#pragma GCC unroll 16
  for (std::size_t m = 0; m < kRows; ++m) {
    hn::StoreU(left[m], sums, c + m * c_stride);
    hn::StoreU(right[m], sums, c + m * c_stride + kLanes);
  }
}

template <class Product>
using MultiplyBlock = void (*)(const typename Product::Operand*, std::size_t, const typename Product::Operand*,
                               std::size_t, const typename Product::Sum*, typename Product::Sum*, std::size_t);

template <class Product, std::size_t... kIndex>
constexpr std::array<MultiplyBlock<Product>, sizeof...(kIndex)> make_blocks(std::index_sequence<kIndex...>) {
  return {multiply_block<Product, kIndex + 1>...};
}

/// The block of n rows stands at n - 1.
template <class Product>
inline constexpr auto kBlocks = make_blocks<Product>(std::make_index_sequence<kMaxRows>());

/// How many rows the next block takes of `rows`: as even a split as there is, so that no block is thin.
HWY_INLINE std::size_t next_rows(std::size_t rows) {
  const std::size_t blocks = (rows + kMaxRows - 1) / kMaxRows;
  return (rows + blocks - 1) / blocks;
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
