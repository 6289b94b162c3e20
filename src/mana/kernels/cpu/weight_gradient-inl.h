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

#include "mana/kernels/cpu/lay_out-inl.h"
#include "mana/kernels/cpu/update-inl.h"
#include "mana/kernels/weight_gradient_range.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// C = Aᵀ B      A: [depth, kRows], rows `a_stride` apart; B: [depth, kPanelWidth]; C: [kRows, kPanelWidth], rows
/// `c_stride` apart. Each element is summed over depth in order, whatever kRows is.
template <class Product, std::size_t kRows>
void multiply_transposed(const typename Product::Operand* a, std::size_t a_stride, const typename Product::Operand* b,
                         std::size_t depth, typename Product::Sum* c, std::size_t c_stride) {
  const hn::ScalableTag<typename Product::Operand> operands;
  const hn::ScalableTag<typename Product::Sum> sums;
  hn::Vec<decltype(sums)> left[kRows], right[kRows];
#pragma GCC unroll 16
  for (std::size_t m = 0; m < kRows; ++m) left[m] = hn::Zero(sums), right[m] = hn::Zero(sums);
  for (std::size_t k = 0; k < depth; ++k, a += a_stride, b += kPanelWidth) {
    const auto b_left = hn::LoadU(operands, b), b_right = hn::LoadU(operands, b + kLanes);
#pragma GCC unroll 16
    for (std::size_t m = 0; m < kRows; ++m) {
      const auto value = hn::Set(operands, a[m]);
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
using MultiplyTransposed = void (*)(const typename Product::Operand*, std::size_t, const typename Product::Operand*,
                                    std::size_t, typename Product::Sum*, std::size_t);

template <class Product, std::size_t... kIndex>
constexpr std::array<MultiplyTransposed<Product>, sizeof...(kIndex)> make_transposed(std::index_sequence<kIndex...>) {
  return {multiply_transposed<Product, kIndex + 1>...};
}

/// The product of n rows stands at n - 1.
template <class Product>
inline constexpr auto kTransposed = make_transposed<Product>(std::make_index_sequence<kMaxRows>());

/// sum += the rows of x for its first `columns` columns: four rows are added up first.
HWY_INLINE void add_down(const float* x, std::size_t rows, std::size_t stride, std::size_t columns, float* sum) {
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4, x += 4 * stride) {
    for (std::size_t n = 0; n < columns; n += kLanes) {
      const std::size_t count = HWY_MIN(kLanes, columns - n);
      const Vec upper = hn::Add(load_first(x + n, count), load_first(x + stride + n, count));
      const Vec lower = hn::Add(load_first(x + 2 * stride + n, count), load_first(x + 3 * stride + n, count));
      store_first(hn::Add(load_first(sum + n, count), hn::Add(upper, lower)), sum + n, count);
    }
  }
  for (; row < rows; ++row, x += stride) add_row(x, columns, sum);
}

/// Rows come in blocks, whose sums are added to dW one after the other. Of a block, the operands of dy lie in scratch
/// in strips of as many outputs as a register block has rows, and behind them those of x, a chunk of inputs at a time,
/// in panels: a strip stays in the first-level cache, a chunk in the second-level one.
template <class Operands>
class WeightGradient {
 public:
  static std::size_t scratch(std::size_t, std::size_t inputs, std::size_t outputs) {
    return (left_size(outputs) + panels_for(HWY_MIN(inputs, kChunk)) * kPanel) * sizeof(Operand);
  }
  static void run(const WeightGradientCall& call) {
    const WeightGradientRange range(call);
    if (range.first_output < range.last_output && range.first_input < range.last_input) WeightGradient(call, range)();
  }

 private:
  using Product = typename Operands::Product;
  using Operand = typename Product::Operand;
  static constexpr std::size_t kDepth = 256;  ///< groups of rows in a block
  static constexpr std::size_t kRows = kDepth * Operands::kGroup;
  static constexpr std::size_t kChunk = 384;                         ///< inputs
  static constexpr std::size_t kPanel = (kDepth + 1) * kPanelWidth;  ///< one more, so that panels do not evict others

  /// The rows of a strip's block begin with whole vectors.
  static constexpr std::size_t kStripRow = (kMaxRows + kLanes - 1) / kLanes * kLanes;
  static constexpr std::size_t kStrip = (kDepth + 1) * kStripRow;

  static std::size_t left_size(std::size_t outputs) { return (outputs + kMaxRows - 1) / kMaxRows * kStrip; }

  WeightGradient(const WeightGradientCall& call, const WeightGradientRange& range)
      : call_(call),
        range_(range),
        outputs_(range.last_output - range.first_output),
        width_(next_rows(outputs_)),
        left_(reinterpret_cast<Operand*>(call.scratch)),
        right_(left_ + left_size(outputs_)) {}

  void operator()() const {
    for (std::size_t begin = 0; begin < call_.rows; begin += kRows) {
      const std::size_t rows = HWY_MIN(kRows, call_.rows - begin);
      lay_out_left(begin, rows);
      for (std::size_t input = range_.first_input; input < range_.last_input; input += kChunk) {
        const std::size_t inputs = HWY_MIN(kChunk, range_.last_input - input);
        lay_out_down<Operands>(call_.x + begin * call_.inputs, rows, call_.inputs, input, input + inputs, kPanelWidth,
                               kPanelWidth, kPanel, right_);
        for (std::size_t output = 0; output < outputs_; output += width_) multiply_strip(rows, output, input, inputs);
      }
    }
  }

  /// A few rows at a time, which are read once, one after the other.
  void lay_out_left(std::size_t begin, std::size_t rows) const {
    constexpr std::size_t kAtOnce = 4;
    for (std::size_t row = 0; row < rows; row += kAtOnce) {
      const float* from = call_.dy + (begin + row) * call_.outputs + range_.first_output;
      const std::size_t count = HWY_MIN(kAtOnce, rows - row);
      for (std::size_t next = row + kAtOnce; next < HWY_MIN(rows, row + 2 * kAtOnce); ++next) {
        constexpr std::size_t kLine = 64 / sizeof(float);
        const float* soon = call_.dy + (begin + next) * call_.outputs + range_.first_output;
        for (std::size_t n = 0; n < outputs_; n += kLine) __builtin_prefetch(soon + n);
      }
      if (range_.first_bias < range_.last_bias) {
        add_down(from, count, call_.outputs, outputs_, call_.db + range_.first_output);
      }
      lay_out_down<Operands>(from, count, call_.outputs, 0, outputs_, width_, kStripRow, kStrip,
                             left_ + row / Operands::kGroup * kStripRow);
    }
  }

  void multiply_strip(std::size_t rows, std::size_t output, std::size_t input, std::size_t inputs) const {
    const std::size_t depth = (rows + Operands::kGroup - 1) / Operands::kGroup;
    const std::size_t outputs = HWY_MIN(width_, outputs_ - output);
    for (std::size_t n = 0; n < inputs; n += kPanelWidth) {
      float* dw = call_.dw + (range_.first_output + output) * call_.inputs + input + n;
      const std::size_t columns = HWY_MIN(kPanelWidth, inputs - n);
      for (std::size_t m = 0; m < outputs; ++m) {  // by the time the sums are there
        __builtin_prefetch(dw + m * call_.inputs, 1);
        __builtin_prefetch(dw + m * call_.inputs + columns - 1, 1);
      }
      HWY_ALIGN float sums[kMaxRows * kPanelWidth];
      kTransposed<Product>[outputs - 1](left_ + output / width_ * kStrip, kStripRow, right_ + n / kPanelWidth * kPanel,
                                        depth, sums, kPanelWidth);
      for (std::size_t m = 0; m < outputs; ++m, dw += call_.inputs) add_row(sums + m * kPanelWidth, columns, dw);
    }
  }

  const WeightGradientCall& call_;
  const WeightGradientRange& range_;
  std::size_t outputs_;
  std::size_t width_;  ///< of a strip
  Operand* left_;
  Operand* right_;
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
