// Matrices laid out for the products of training; compiled once for each target (see gradients.cc).
#if defined(MANA_KERNELS_CPU_PACK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_PACK_INL_H_
#undef MANA_KERNELS_CPU_PACK_INL_H_
#else
#define MANA_KERNELS_CPU_PACK_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "mana/kernels/cpu/head_panels-inl.h"
#include "mana/kernels/gradients.h"
#include "mana/kernels/matrix_weights.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// How the elements of a product become operands: f32 as they are.
struct PlainOperand {
  using Product = MultiplyAdd;
  static constexpr std::size_t kGroup = 1;
  /// An operand for each of `count` columns, of the rows x, x + stride, … of one group, `rows` of which there are.
  static HWY_INLINE Vec down(const float* x, std::size_t, std::size_t, std::size_t count) {
    return load_first(x, count);
  }
  /// Operands of `count` values side by side.
  static HWY_INLINE Vec along(const float* x, std::size_t count) { return load_first(x, count); }
  static HWY_INLINE Vec activate(Activation activation, Vec x) { return HWY_NAMESPACE::activate(activation, x); }
};

/// The operands of columns [first, last) of x [rows, stride], a group of rows after the other, `width` columns in a
/// panel:
///   to[column / width][row / group][column % width],      panels `panel_size` operands apart, their rows `panel_row`
/// A row of a panel is filled up to `panel_row`, whole vectors, with the columns that follow, or zeros.
template <class Operands>
HWY_INLINE void lay_out_down(const float* x, std::size_t rows, std::size_t stride, std::size_t first, std::size_t last,
                             std::size_t width, std::size_t panel_row, std::size_t panel_size,
                             typename Operands::Product::Operand* to) {
  const hn::ScalableTag<typename Operands::Product::Operand> d;
  for (std::size_t row = 0; row < rows; row += Operands::kGroup) {
    const float* from = x + row * stride;
    auto* group = to + row / Operands::kGroup * panel_row;
    for (std::size_t column = first; column < last; column += width, group += panel_size) {
      for (std::size_t n = 0; n < panel_row; n += kLanes) {
        const std::size_t count = column + n < last ? HWY_MIN(kLanes, last - column - n) : 0;
        hn::StoreU(count == 0 ? hn::Zero(d) : Operands::down(from + column + n, stride, rows - row, count), d,
                   group + n);
      }
    }
  }
}

/// The operands of kPanelWidth rows (or fewer: the others are zero) of x, transposed:
///   to[k][row] = operand k of the row,      for groups k of `inputs` columns
template <class Operands>
HWY_INLINE void lay_out_across(const float* x, std::size_t rows, std::size_t stride, std::size_t inputs, float* to) {
  const hn::ScalableTag<typename Operands::Product::Operand> d;
  using Operand = typename Operands::Product::Operand;
  HWY_ALIGN Operand lines[kPanelWidth * kLanes];
  for (std::size_t k = 0; k < inputs; k += kLanes * Operands::kGroup) {
    const std::size_t count = HWY_MIN(inputs - k, kLanes * Operands::kGroup);
    for (std::size_t row = 0; row < kPanelWidth; ++row) {
      __builtin_prefetch(x + row * stride + k +
                         2 * kLanes * Operands::kGroup);  // more streams than the processor follows
      hn::Store(row < rows ? Operands::along(x + row * stride + k, count) : hn::Zero(d), d, lines + row * kLanes);
    }
    const std::size_t groups = (count + Operands::kGroup - 1) / Operands::kGroup;
    const auto* values = reinterpret_cast<const float*>(lines);
    float* const block = to + k / Operands::kGroup * kPanelWidth;
    for (std::size_t row = 0; row < kPanelWidth; row += 4) {
      for (std::size_t group = 0; group < groups; group += 4) {
        transpose_fours(values + row * kLanes + group, kLanes, block + group * kPanelWidth + row, kPanelWidth);
      }
    }
  }
}

template <class Operands>
void lay_out(const LayOutCall& call) {
  using Operand = typename Operands::Product::Operand;
  MatrixWeights& weights = call.to;
  const std::size_t inputs = weights.inputs(), outputs = weights.outputs();
  for (std::size_t panel = call.first_panel; panel < call.last_panel; ++panel) {
    const std::size_t first = panel * kPanelWidth, columns = HWY_MIN(kPanelWidth, outputs - first);
    float* const bias = weights.own_bias() + first;
    for (std::size_t n = 0; n < columns; ++n) bias[n] = call.bias == nullptr ? 0.0f : call.bias[first + n];
    auto* to = weights.own_panel(panel);
    if (call.transposed) {
      lay_out_down<Operands>(call.weights, inputs, outputs, first, first + columns, kPanelWidth, kPanelWidth, 0,
                             reinterpret_cast<Operand*>(to));
    } else {
      lay_out_across<Operands>(call.weights + first * inputs, columns, inputs, inputs, reinterpret_cast<float*>(to));
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
