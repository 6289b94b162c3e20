// dW += dyᵀ x and db += Σ dy in f32 and bf16; compiled once for each target (see gradients.cc).
#if defined(MANA_KERNELS_CPU_WEIGHT_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_WEIGHT_GRADIENT_INL_H_
#undef MANA_KERNELS_CPU_WEIGHT_GRADIENT_INL_H_
#else
#define MANA_KERNELS_CPU_WEIGHT_GRADIENT_INL_H_
#endif

#include <array>
#include <cstddef>
#include <utility>

#include "mana/kernels/cpu/pack-inl.h"
#include "mana/kernels/cpu/update-inl.h"
#include "mana/kernels/weight_gradient_range.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// C = Aᵀ B      A: [depth, kRows], rows `a_stride` apart; B: [depth, kPanelWidth]; C: [kRows, kPanelWidth], rows
/// `c_stride` apart. Each element is summed over depth in order, whatever kRows is.
template <class Product, std::size_t kRows>
void multiply_transposed(const typename Product::Factor* a, std::size_t a_stride, const typename Product::Factor* b,
                         std::size_t depth, typename Product::Sum* c, std::size_t c_stride) {
  const hn::ScalableTag<typename Product::Factor> factors;
  const hn::ScalableTag<typename Product::Sum> sums;
  hn::Vec<decltype(sums)> left[kRows], right[kRows];
#pragma GCC unroll 16
  for (std::size_t m = 0; m < kRows; ++m) left[m] = hn::Zero(sums), right[m] = hn::Zero(sums);
  for (std::size_t k = 0; k < depth; ++k, a += a_stride, b += kPanelWidth) {
    const auto b_left = hn::LoadU(factors, b), b_right = hn::LoadU(factors, b + kLanes);
#pragma GCC unroll 16
    for (std::size_t m = 0; m < kRows; ++m) {
      const auto value = hn::Set(factors, a[m]);
      left[m] = Product::add(left[m], value, b_left);
      right[m] = Product::add(right[m], value, b_right);
    }
  }
#pragma GCC unroll 16
  for (std::size_t m = 0; m < kRows; ++m) {
    hn::StoreU(left[m], sums, c + m * c_stride);
    hn::StoreU(right[m], sums, c + m * c_stride + kLanes);
  }
}

template <class Product>
using MultiplyTransposed = void (*)(const typename Product::Factor*, std::size_t, const typename Product::Factor*,
                                    std::size_t, typename Product::Sum*, std::size_t);

template <class Product, std::size_t... kIndex>
constexpr std::array<MultiplyTransposed<Product>, sizeof...(kIndex)> make_transposed(std::index_sequence<kIndex...>) {
  return {multiply_transposed<Product, kIndex + 1>...};
}

/// The product of n rows stands at n - 1.
template <class Product>
inline constexpr auto kTransposed = make_transposed<Product>(std::make_index_sequence<kMaxRows>());

/// db += Σ dy over `rows` rows for columns [first, last): four rows are added up first.
HWY_INLINE void add_bias_gradient(const float* dy, std::size_t rows, std::size_t outputs, std::size_t first,
                                  std::size_t last, float* db) {
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float* from = dy + row * outputs;
    for (std::size_t n = first; n < last; n += kLanes) {
      const std::size_t count = HWY_MIN(kLanes, last - n);
      const Vec upper = hn::Add(load_first(from + n, count), load_first(from + outputs + n, count));
      const Vec lower = hn::Add(load_first(from + 2 * outputs + n, count), load_first(from + 3 * outputs + n, count));
      store_first(hn::Add(load_first(db + n, count), hn::Add(upper, lower)), db + n, count);
    }
  }
  for (; row < rows; ++row) add_row(dy + row * outputs + first, last - first, db + first);
}

/// Rows come in blocks, whose sums are added to dW one after the other. Of a block, the factors of dy lie in scratch in
/// strips of as many outputs as a register block has rows, and behind them those of x, a chunk of inputs at a time, in
/// panels: a strip stays in the first-level cache, a chunk in the second-level one.
template <class Factors>
struct WeightGradientBlocks {
  static constexpr std::size_t kDepth = 256;  ///< groups of rows in a block
  static constexpr std::size_t kRows = kDepth * Factors::kGroup;
  static constexpr std::size_t kChunk = 384;  ///< inputs
  static constexpr std::size_t kPanel = kDepth * kPanelWidth;

  static std::size_t strips(std::size_t outputs) { return (outputs + kMaxRows - 1) / kMaxRows; }
  static std::size_t strip_size(std::size_t width) { return kDepth * width + kLanes; }
  static std::size_t left_size(std::size_t outputs) {
    return (strips(outputs) * strip_size(kMaxRows) + kLanes - 1) / kLanes * kLanes;
  }
  static std::size_t scratch(std::size_t, std::size_t inputs, std::size_t outputs) {
    return (left_size(outputs) + panels_for(HWY_MIN(inputs, kChunk)) * kPanel) * sizeof(float);
  }
};

template <class Factors>
void weight_gradient(const WeightGradientCall& call) {
  using Blocks = WeightGradientBlocks<Factors>;
  using Factor = typename Factors::Product::Factor;
  const WeightGradientRange range(call);
  const std::size_t outputs = range.last_output - range.first_output;
  if (outputs == 0 || range.first_input == range.last_input) return;
  const std::size_t width = next_rows(outputs), strip_size = Blocks::strip_size(width);
  auto* const left = reinterpret_cast<Factor*>(call.scratch);
  auto* const right = left + Blocks::left_size(outputs);
  for (std::size_t begin = 0; begin < call.rows; begin += Blocks::kRows) {
    const std::size_t rows = HWY_MIN(Blocks::kRows, call.rows - begin);
    const std::size_t depth = (rows + Factors::kGroup - 1) / Factors::kGroup;
    const float* dy = call.dy + begin * call.outputs;
    if (range.first_bias < range.last_bias) {
      add_bias_gradient(dy, rows, call.outputs, range.first_bias, range.last_bias, call.db);
    }
    pack_down<Factors>(dy, rows, call.outputs, range.first_output, range.last_output, width, strip_size, left);
    for (std::size_t chunk = range.first_input; chunk < range.last_input; chunk += Blocks::kChunk) {
      const std::size_t chunk_end = HWY_MIN(range.last_input, chunk + Blocks::kChunk);
      pack_down<Factors>(call.x + begin * call.inputs, rows, call.inputs, chunk, chunk_end, kPanelWidth, Blocks::kPanel,
                         right);
      for (std::size_t strip = 0; strip * width < outputs; ++strip) {
        const std::size_t count = HWY_MIN(width, outputs - strip * width);
        for (std::size_t input = chunk; input < chunk_end; input += kPanelWidth) {
          HWY_ALIGN float sums[kMaxRows * kPanelWidth];
          kTransposed<typename Factors::Product>[count - 1](left + strip * strip_size, width,
                                                            right + (input - chunk) / kPanelWidth * Blocks::kPanel,
                                                            depth, sums, kPanelWidth);
          float* dw = call.dw + (range.first_output + strip * width) * call.inputs + input;
          for (std::size_t m = 0; m < count; ++m, dw += call.inputs) {
            add_row(sums + m * kPanelWidth, HWY_MIN(kPanelWidth, chunk_end - input), dw);
          }
        }
      }
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
