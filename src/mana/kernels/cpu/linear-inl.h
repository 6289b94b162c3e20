// y = f(x W + b) in any precision; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_LINEAR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_LINEAR_INL_H_
#undef MANA_KERNELS_CPU_LINEAR_INL_H_
#else
#define MANA_KERNELS_CPU_LINEAR_INL_H_
#endif

#include "mana/kernels/cpu/block-inl.h"
#include "mana/kernels/packed_linear.h"
#include "mana/kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Rows of x that stay in the second-level cache while all panels pass by: a whole number of blocks.
HWY_INLINE std::size_t rows_at_once(std::size_t row_bytes, std::size_t block_rows = kMaxRows) {
  constexpr std::size_t kCachedBytes = 512 * 1024;
  const std::size_t blocks = kCachedBytes / HWY_MAX(row_bytes, 1) / block_rows;
  return HWY_MAX(blocks, 1) * block_rows;
}

/// f32 as it is: the rows of x themselves are the factors, the bias is where the sums start.
struct F32Scheme {
  using Product = MultiplyAdd;
  static std::size_t row_bytes(std::size_t inputs) { return inputs * sizeof(float); }
  static std::size_t scratch(std::size_t, std::size_t) { return 0; }

  F32Scheme(const LinearCall& call, std::size_t begin, std::size_t)
      : weights(call.weights), factors(call.x + begin * call.weights.inputs()) {}
  std::size_t stride() const { return weights.inputs(); }
  const float* start(std::size_t column) const { return weights.bias() + column; }
  HWY_INLINE Vec value(const float* sums, std::size_t, std::size_t) const { return hn::LoadU(Tag(), sums); }

  const PackedLinear& weights;
  const float* factors;
};

/// y = f(value of the sums) for the columns of a panel in row `row` of the chunk that starts at `begin`.
template <class Scheme>
HWY_INLINE void finish_row(const LinearCall& call, const Scheme& scheme, const typename Scheme::Product::Sum* sums,
                           std::size_t begin, std::size_t row, std::size_t column) {
  const std::size_t outputs = call.weights.outputs(), columns = HWY_MIN(kPanelWidth, outputs - column);
  float* y = call.y + (begin + row) * outputs + column;
  for (std::size_t n = 0; n < columns; n += kLanes) {
    const Vec value = scheme.value(sums + n, row, column + n);
    store_first(activate(call.activation, value), y + n, HWY_MIN(kLanes, columns - n));
  }
}

/// The walk over chunks of rows, panels and register blocks. A scheme prepares the rows of a chunk as factors and turns
/// sums into values: value(sums, row of the chunk, column).
template <class Scheme>
void linear(const LinearCall& call) {
  using Product = typename Scheme::Product;
  const PackedLinear& weights = call.weights;
  const std::size_t chunk = rows_at_once(Scheme::row_bytes(weights.inputs()));

  for (std::size_t begin = 0; begin < call.rows; begin += chunk) {
    const std::size_t end = std::min(call.rows, begin + chunk);
    const Scheme scheme(call, begin, end);
    for (std::size_t panel = call.first_panel; panel < call.last_panel; ++panel) {
      const std::size_t column = panel * kPanelWidth;
      for (std::size_t row = begin; row < end;) {
        const std::size_t rows = next_rows(end - row);
        HWY_ALIGN typename Product::Sum sums[kMaxRows * kPanelWidth];
        kBlocks<Product>[rows - 1](scheme.factors + (row - begin) * scheme.stride(), scheme.stride(),
                                   weights.panel<typename Product::Factor>(panel), weights.depth(),
                                   scheme.start(column), sums, kPanelWidth);
        for (std::size_t m = 0; m < rows; ++m) {
          finish_row(call, scheme, sums + m * kPanelWidth, begin, row + m - begin, column);
        }
        row += rows;
      }
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
