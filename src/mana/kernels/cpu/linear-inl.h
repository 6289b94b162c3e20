// y = f(x W + b) in any precision; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_LINEAR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_LINEAR_INL_H_
#undef MANA_KERNELS_CPU_LINEAR_INL_H_
#else
#define MANA_KERNELS_CPU_LINEAR_INL_H_
#endif

#include "mana/kernels/cpu/block-inl.h"
#include "mana/kernels/cpu/operands-inl.h"
#include "mana/kernels/matrix_weights.h"
#include "mana/kernels/table.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Rows of x that stay in the second-level cache while all panels pass by: a whole number of blocks.
HWY_INLINE std::size_t rows_at_once(std::size_t row_bytes, std::size_t block_rows = kMaxRows) {
  constexpr std::size_t kCachedBytes = 512 * 1024;
  const std::size_t blocks = kCachedBytes / HWY_MAX(row_bytes, 1) / block_rows;
  return HWY_MAX(blocks, 1) * block_rows;
}

/// Sums of real numbers are values.
struct NoRange {};
struct WholeSums {
  static HWY_INLINE Vec value(const float* sums, NoRange) { return hn::LoadU(Tag(), sums); }
};

/// f32 as it is: the rows of x themselves are the operands, the bias is where the sums start.
struct F32Products {
  using Product = MultiplyAdd;
  using Operands = ValuesAsOperand;

  explicit F32Products(const LinearCall& call) : weights(call.weights), x(call.x) {}
  const float* operands(std::size_t row) const { return x + row * stride(); }
  std::size_t stride() const { return weights.inputs(); }
  const float* start(std::size_t column) const { return weights.bias() + column; }
  static HWY_INLINE Vec gelu(Vec x) { return HWY_NAMESPACE::gelu(x); }
  static HWY_INLINE WholeSums columns(const MatrixWeights&, std::size_t) { return {}; }
  NoRange range(std::size_t) const { return {}; }

  const MatrixWeights& weights;
  const float* x;
};

/// The panel after the one in use, brought into the second-level cache a slice at a time: weights come from far away.
/// A large one would drive out the rows of x.
class NextPanel {
 public:
  NextPanel(const MatrixWeights& weights, std::size_t panel, std::size_t last_panel, std::size_t rows) : rows_(rows) {
    constexpr std::size_t kLargest = 64 * 1024;
    if (panel >= last_panel || weights.panel_bytes() > kLargest) return;
    next_ = weights.panel<std::byte>(panel);
    end_ = next_ + weights.panel_bytes();
  }

  /// While `rows` of all rows are worked on.
  HWY_INLINE void approach(std::size_t rows) {
    constexpr std::size_t kLine = 64;
    const std::size_t left = static_cast<std::size_t>(end_ - next_);
    const std::byte* const end = next_ + HWY_MIN(left, (left * rows / rows_ / kLine + 1) * kLine);
    for (; next_ < end; next_ += kLine) __builtin_prefetch(next_, 0, 2);
    rows_ -= rows;
  }

 private:
  const std::byte* next_ = nullptr;
  const std::byte* end_ = nullptr;
  std::size_t rows_;  ///< not yet worked on
};

/// y = f(value of the sums) for the columns of a panel in `count` rows. A scheme that can hand out y rounded says how.
template <class Scheme, class Function>
HWY_INLINE void finish_rows(const LinearCall& call, const Scheme& scheme, const typename Scheme::Product::Sum* sums,
                            std::size_t row, std::size_t count, std::size_t column, const Function& f) {
  const std::size_t outputs = call.weights.outputs(), width = HWY_MIN(kPanelWidth, outputs - column);
  const auto left = Scheme::columns(call.weights, column), right = Scheme::columns(call.weights, column + kLanes);
  for (const std::size_t end = row + count; row < end; ++row, sums += kPanelWidth) {
    const auto range = scheme.range(row);
    const Vec first = f(left.value(sums, range)), second = f(right.value(sums + kLanes, range));
    if constexpr (requires { typename Scheme::Rounded; }) {
      if (call.y_rounded != nullptr) {
        Scheme::Rounded::store(first, second, width, call.y_rounded, row, column, outputs);
        continue;
      }
    }
    float* y = call.y + row * outputs + column;
    store_first(first, y, HWY_MIN(kLanes, width));
    if (width > kLanes) store_first(second, y + kLanes, width - kLanes);
  }
}

template <class Scheme>
HWY_INLINE void finish_rows(const LinearCall& call, const Scheme& scheme, const typename Scheme::Product::Sum* sums,
                            std::size_t row, std::size_t count, std::size_t column) {
  switch (call.activation) {
    case Activation::identity: return finish_rows(call, scheme, sums, row, count, column, [](Vec x) { return x; });
    case Activation::gelu: return finish_rows(call, scheme, sums, row, count, column, Scheme::gelu);
    default:
      return finish_rows(call, scheme, sums, row, count, column, [&](Vec x) { return activate(call.activation, x); });
  }
}

/// The walk over chunks of rows, panels and register blocks. A scheme knows the operands of the rows and turns sums
/// into values: columns().value(sums, range()).
template <class Scheme>
void linear(const LinearCall& call) {
  using Product = typename Scheme::Product;
  const MatrixWeights& weights = call.weights;
  const Scheme scheme(call);
  const std::size_t chunk = rows_at_once(scheme.stride() * sizeof(typename Product::Operand));

  for (std::size_t begin = 0; begin < call.rows; begin += chunk) {
    const std::size_t end = std::min(call.rows, begin + chunk);
    for (std::size_t panel = call.first_panel; panel < call.last_panel; ++panel) {
      const std::size_t column = panel * kPanelWidth;
      NextPanel next(weights, panel + 1, call.last_panel, end - begin);
      for (std::size_t row = begin; row < end;) {
        const std::size_t rows = next_rows(end - row);
        next.approach(rows);
        HWY_ALIGN typename Product::Sum sums[kMaxRows * kPanelWidth];
        kBlocks<Product>[rows - 1](scheme.operands(row), scheme.stride(),
                                   weights.panel<typename Product::Operand>(panel), weights.depth(),
                                   scheme.start(column), sums, kPanelWidth);
        finish_rows(call, scheme, sums, row, rows, column);
        row += rows;
      }
    }
  }
}

inline std::size_t no_scratch(std::size_t, std::size_t) { return 0; }

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
