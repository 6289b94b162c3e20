// y = f(x W + b); compiled once for each target (see f32.cc).
#if defined(MANA_KERNELS_CPU_LINEAR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_LINEAR_INL_H_
#undef MANA_KERNELS_CPU_LINEAR_INL_H_
#else
#define MANA_KERNELS_CPU_LINEAR_INL_H_
#endif

#include "mana/kernels/cpu/block-inl.h"
#include "mana/kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// y[row, column...] = f(y), in place, or from a block in `from` when the panel's last columns do not exist in y.
HWY_INLINE void finish_row(Activation activation, const float* from, float* y, std::size_t columns) {
  for (std::size_t n = 0; n < columns; n += kLanes) {
    const std::size_t count = std::min(kLanes, columns - n);
    store_first(activate(activation, load_first(from + n, count)), y + n, count);
  }
}

void linear(const LinearCall& call) {
  // Rows of x that stay in the second-level cache while all panels pass by.
  constexpr std::size_t kCachedFloats = 128 * 1024;
  const std::size_t cached = kCachedFloats / std::max<std::size_t>(call.inputs, 1);
  const std::size_t chunk = std::max<std::size_t>(cached / kMaxRows, 1) * kMaxRows;

  for (std::size_t begin = 0; begin < call.rows; begin += chunk) {
    const std::size_t end = std::min(call.rows, begin + chunk);
    for (std::size_t panel = call.first_panel; panel < call.last_panel; ++panel) {
      const std::size_t column = panel * kPanelWidth;
      const std::size_t columns = std::min(kPanelWidth, call.outputs - column);
      const bool whole = columns == kPanelWidth;
      const float* weights = call.panels + column * call.inputs;
      for (std::size_t row = begin; row < end;) {
        const std::size_t rows = next_rows(end - row);
        HWY_ALIGN float partial[kMaxRows * kPanelWidth];
        float* y = call.y + row * call.outputs + column;
        float* c = whole ? y : partial;
        const std::size_t c_stride = whole ? call.outputs : kPanelWidth;
        kBlocks[rows - 1](call.x + row * call.inputs, call.inputs, weights, call.inputs, call.bias + column, c,
                          c_stride);
        if (!whole || call.activation != Activation::identity) {
          for (std::size_t m = 0; m < rows; ++m) {
            finish_row(call.activation, c + m * c_stride, y + m * call.outputs, columns);
          }
        }
        row += rows;
      }
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
