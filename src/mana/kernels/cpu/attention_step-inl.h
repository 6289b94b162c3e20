// Attention to keys and values that are laid out already; compiled once for each target (see tables.cc).
#if defined(MANA_KERNELS_CPU_ATTENTION_STEP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_ATTENTION_STEP_INL_H_
#undef MANA_KERNELS_CPU_ATTENTION_STEP_INL_H_
#else
#define MANA_KERNELS_CPU_ATTENTION_STEP_INL_H_
#endif

#include "mana/kernels/attention_step.h"
#include "mana/kernels/cpu/attention-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// c = a B for one row of operands a: [depth], B: [depth, vectors · kLanes], c: [vectors · kLanes]. One row keeps few
/// sums, each of which waits for its last step, so several products go side by side.
template <class Operand>
struct RowProduct {
  const Operand* a;
  const Operand* b;
  float* c;
};
/// How the steps along the depth, and the vectors of one, are apart in B.
struct RowSteps {
  std::size_t depth, step, vector;
};

inline constexpr std::size_t kProductsAtOnce = 4;
inline constexpr std::size_t kVectorsAtOnce = HWY_CAP_GE512 ? 4 : 2;  // 16 sums of 32 registers, or 8 of 16

template <class Product, std::size_t kProducts, std::size_t kVectors>
void multiply_rows(const RowProduct<typename Product::Operand>* products, const RowSteps& steps) {
  const hn::ScalableTag<typename Product::Operand> operands;
  Vec sums[kProducts][kVectors];
#pragma GCC unroll 4
  for (std::size_t p = 0; p < kProducts; ++p) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) sums[p][v] = hn::Zero(Tag());
  }
  for (std::size_t k = 0; k < steps.depth; ++k) {
#pragma GCC unroll 4
    for (std::size_t p = 0; p < kProducts; ++p) {
      const auto value = hn::Set(operands, products[p].a[k]);
      const typename Product::Operand* const b = products[p].b + k * steps.step;
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[p][v] = Product::add(sums[p][v], value, hn::LoadU(operands, b + v * steps.vector));
      }
    }
  }
#pragma GCC unroll 4
  for (std::size_t p = 0; p < kProducts; ++p) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) hn::StoreU(sums[p][v], Tag(), products[p].c + v * kLanes);
  }
}

template <class Product>
using MultiplyRows = void (*)(const RowProduct<typename Product::Operand>*, const RowSteps&);

template <class Product, std::size_t... kIndex>
constexpr std::array<MultiplyRows<Product>, sizeof...(kIndex)> make_row_products(std::index_sequence<kIndex...>) {
  return {multiply_rows<Product, kIndex / kVectorsAtOnce + 1, kIndex % kVectorsAtOnce + 1>...};
}

/// Products by vectors, on values or on pairs of them.
template <class Product>
struct ByVectors {
  using Operand = typename Product::Operand;
  struct Ready {};  ///< lives while products are made
  static HWY_INLINE void multiply(const RowProduct<Operand>* products, std::size_t count, std::size_t vectors,
                                  const RowSteps& steps) {
    static constexpr auto kRowProducts =
        make_row_products<Product>(std::make_index_sequence<kProductsAtOnce * kVectorsAtOnce>());
    kRowProducts[(count - 1) * kVectorsAtOnce + vectors - 1](products, steps);
  }
};

/// Some heads of one query, and what they need on the way.
template <class Operand>
struct StepHeads {
  const Operand* queries[kProductsAtOnce];
  float* scores;       ///< [heads, stride]; then what the values are multiplied by
  std::size_t stride;  ///< whole panels of keys, and a vector for those that begin within one
  float factors[kProductsAtOnce];
};

inline std::size_t step_stride(std::size_t keys) { return panels_for(keys) * kPanelWidth + kLanes; }

/// f32 as it is.
struct F32Step : ByVectors<MultiplyAdd> {
  static constexpr KeyValueLayout kLayout{.lanes = kLanes};

  static std::size_t query_size(std::size_t) { return 0; }
  static HWY_INLINE const float* query(const float* q, std::size_t, float*) { return q; }
  static HWY_INLINE void exponentials(StepHeads<float>& heads, std::size_t count, KeyRange seen, std::size_t,
                                      float scale) {
    for (std::size_t h = 0; h < count; ++h) {
      float* const scores = heads.scores + h * heads.stride;
      heads.factors[h] = HWY_NAMESPACE::exponentials(scores + seen.first, seen.size(), scale);
    }
  }
  static HWY_INLINE void store(const float* sums, float factor, std::size_t count, const HeadRows<float>& to,
                               std::size_t row, std::size_t column) {
    float* const out = to.head(0, 0) + row * to.columns + column;
    for (std::size_t n = 0; n < count; n += kLanes) {
      store_first(hn::Mul(hn::Load(Tag(), sums + n), hn::Set(Tag(), factor)), out + n, HWY_MIN(kLanes, count - n));
    }
  }
};

template <class Unit>
std::size_t attention_step_scratch(const AttentionStepCall& call) {
  return kProductsAtOnce * (Unit::query_size(call.shape.head_width) + step_stride(call.keys));
}

/// Query by query, a few heads at once.
template <class Unit>
void attention_step(const AttentionStepCall& call) {
  using Operand = typename Unit::Operand;
  constexpr KeyValueLayout kLayout = Unit::kLayout;
  [[maybe_unused]] const typename Unit::Ready ready{};
  const KeyValueShape& shape = call.shape;
  const std::size_t d_v = shape.value_width, key_row = kLayout.key_row(shape), value_row = kLayout.value_row(shape);
  const std::size_t depth = key_row / shape.key_heads, value_columns = value_row / shape.key_heads;
  const auto* const keys = reinterpret_cast<const Operand*>(call.from.keys);
  const auto* const values = reinterpret_cast<const Operand*>(call.from.values);
  const std::size_t query_size = Unit::query_size(shape.head_width);
  StepHeads<Operand> heads;
  heads.scores = call.scratch + kProductsAtOnce * query_size;
  heads.stride = step_stride(call.keys);
  RowProduct<Operand> products[kProductsAtOnce];

  for (std::size_t row = 0; row < call.queries; ++row) {
    const KeyRange seen = call.reach.of(row, call.keys);
    for (std::size_t head = call.first_head; head < call.last_head; head += kProductsAtOnce) {
      const std::size_t count = HWY_MIN(kProductsAtOnce, call.last_head - head);
      for (std::size_t h = 0; h < count; ++h) {
        heads.queries[h] = Unit::query(call.q.head(head + h, shape.head_width) + row * call.q.columns, shape.head_width,
                                       call.scratch + h * query_size);
      }
      // S = q Kᵀ      [heads, keys]
      const std::size_t end = (seen.last + kLanes - 1) / kLanes;
      for (std::size_t lanes = seen.first / kLanes; lanes < end; lanes += kVectorsAtOnce) {
        for (std::size_t h = 0; h < count; ++h) {
          products[h] = {heads.queries[h], keys + (lanes * key_row + call.key_head(head + h) * depth) * kLanes,
                         heads.scores + h * heads.stride + lanes * kLanes};
        }
        Unit::multiply(products, count, HWY_MIN(kVectorsAtOnce, end - lanes), {depth, kLanes, key_row * kLanes});
      }
      Unit::exponentials(heads, count, seen, call.keys, kLog2E / call.divisor);
      // O = exp(S) V / Σ exp(S)      [heads, value_width]
      const std::size_t first = seen.first / kLayout.summed * kLayout.summed;
      const std::size_t groups = kLayout.whole(seen.last - first, kLayout.summed) / kLayout.group;
      for (std::size_t column = 0; column < d_v; column += kVectorsAtOnce * kLanes) {
        HWY_ALIGN float mixed[kProductsAtOnce * kVectorsAtOnce * kLanes];
        const std::size_t columns = HWY_MIN(kVectorsAtOnce * kLanes, d_v - column);
        for (std::size_t h = 0; h < count; ++h) {
          const auto* const weights = reinterpret_cast<const Operand*>(heads.scores + h * heads.stride);
          products[h] = {weights + first / kLayout.group,
                         values + first / kLayout.group * value_row + call.key_head(head + h) * value_columns + column,
                         mixed + h * kVectorsAtOnce * kLanes};
        }
        Unit::multiply(products, count, (columns + kLanes - 1) / kLanes, {groups, value_row, kLanes});
        for (std::size_t h = 0; h < count; ++h) {
          Unit::store(products[h].c, heads.factors[h], columns, call.out, row, (head + h) * d_v + column);
        }
      }
    }
  }
}

/// Behind a multiple of four keys whole vectors are written, over lanes of keys that come later.
inline void append(const AppendCall& call) {
  constexpr KeyValueLayout kLayout = F32Step::kLayout;
  const KeyValueShape& shape = call.shape;
  const std::size_t d_v = shape.value_width, columns = kLayout.key_row(shape), value_row = kLayout.value_row(shape);
  const float* const k = call.k.head(0, 0);
  const float* const v = call.v.head(0, 0);
  for (std::size_t row = 0; row < call.rows;) {
    const std::size_t key = call.first + row;
    float* const lane = call.to.keys + key / kLanes * kLanes * columns + key % kLanes;
    const float* const from = k + row * call.k.columns;
    const std::size_t count = key % 4 == 0 ? HWY_MIN(4, call.rows - row) : 1;
    std::size_t c = 0;
    for (; key % 4 == 0 && c + 4 <= columns; c += 4) {
      transpose_fours(from + c, call.k.columns, lane + c * kLanes, kLanes, count);
    }
    for (; c < columns; ++c) {
      for (std::size_t i = 0; i < count; ++i) lane[c * kLanes + i] = from[i * call.k.columns + c];
    }
    row += count;
  }
  for (std::size_t row = 0; row < call.rows; ++row) {
    float* to = call.to.values + (call.first + row) * value_row;
    const float* from = v + row * call.v.columns;
    for (std::size_t head = 0; head < shape.key_heads; ++head, from += d_v) {
      for (std::size_t c = 0; c < d_v; c += kLanes, to += kLanes) {
        hn::StoreU(load_first(from + c, HWY_MIN(kLanes, d_v - c)), Tag(), to);
      }
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
