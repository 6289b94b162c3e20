// The same in bf16, by dot products or on tiles; compiled for AVX-512 only (see tables.cc).
#pragma once

#include "mana/kernels/cpu/attention_step-inl.h"
#include "mana/kernels/cpu/bf16_attention-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// What a query sees, as bf16_exponentials_of_seen() takes a block of queries: all heads see the same.
struct SeenByHeads {
  KeyRange of(std::size_t) const { return seen; }
  std::size_t first_panel() const { return seen.first / kPanelWidth * kPanelWidth; }

  std::size_t rows;
  KeyRange seen;
};

/// `count` of x in whole lines of 16 pairs.
HWY_INLINE void round_lines(const float* x, std::size_t count, std::int32_t* to) {
  for (std::size_t c = 0; c < count; c += kPanelWidth, to += kLanes) {
    const Vec second = c + kLanes < count ? load_first(x + c + kLanes, count - c - kLanes) : hn::Zero(Tag());
    _mm512_storeu_si512(to, rounded(load_first(x + c, count - c), second));
  }
}

/// One row by each product on tiles of which all rows are the same, whose results all go to the same place.
struct ByTiles {
  using Operand = std::int32_t;
  using Ready = Tiles;
  static HWY_INLINE void multiply(const RowProduct<Operand>* products, std::size_t count, std::size_t vectors,
                                  const RowSteps& steps) {
    for (const auto* product = products; product < products + count; ++product) {
      for (std::size_t v = 0; v < vectors; ++v) {
        zero_tile<0>();
        for (std::size_t k = 0; k < steps.depth; k += kTileRows) {
          load_tile<1>(product->a + k, 0);
          load_tile<2>(product->b + k * steps.step + v * steps.vector, steps.step * sizeof(Operand));
          TilePairs::add<0, 1, 2>();
        }
        store_tile<0>(product->c + v * kLanes, 0);
      }
    }
  }
};

template <class Products, std::size_t kTogether, std::size_t kSummed>
struct Bf16Step : Products {
  static constexpr KeyValueLayout kLayout{.lanes = kLanes, .group = 2, .key_multiple = kPanelWidth, .summed = kSummed};

  static std::size_t query_size(std::size_t width) { return kLayout.whole(width, kPanelWidth) / 2; }
  static HWY_INLINE const std::int32_t* query(const float* q, std::size_t width, float* memory) {
    auto* const pairs = reinterpret_cast<std::int32_t*>(memory);
    round_lines(q, width, pairs);
    return pairs;
  }
  static HWY_INLINE void exponentials(StepHeads<std::int32_t>& heads, std::size_t count, KeyRange seen,
                                      std::size_t keys, float scale) {
    static_assert(kProductsAtOnce == kSideBySide);
    if (seen == KeyRange{0, keys} && keys > 0) {
      bf16_exponentials(heads.scores, heads.stride, keys, scale, heads.factors);
    } else {
      bf16_exponentials_of_seen(SeenByHeads{count, seen}, 0, heads.scores, heads.stride, scale, heads.factors);
    }
  }
  static HWY_INLINE void store(const float* sums, float factor, std::size_t count, const HeadRows<float>& to,
                               std::size_t row, std::size_t column) {
    for (std::size_t n = 0; n < count; n += kPanelWidth) {
      put_panel<kTogether>(sums + n, factor, HWY_MIN(kPanelWidth, count - n), to, row, column + n);
    }
  }
};

/// Keys are summed two at a time, or by the tile of pairs.
using PairStep = Bf16Step<ByVectors<DotPairs>, 1, 2>;
using TileStep = Bf16Step<ByTiles, kTileRows, 2 * kTileRows>;

/// One of the keys in each lane; from a multiple of 16 keys on as many as there are, and zero for those that come
/// later.
template <class Unit>
HWY_INLINE void append_key_pairs(const AppendCall& call) {
  const std::size_t width = call.shape.head_width, row_pairs = Unit::kLayout.key_row(call.shape);
  const std::size_t lines = row_pairs / call.shape.key_heads / kLanes;
  auto* const keys = reinterpret_cast<std::int32_t*>(call.to.keys);
  for (std::size_t row = 0; row < call.rows;) {
    const std::size_t key = call.first + row, lane = key % kLanes;
    const std::size_t count = lane == 0 ? HWY_MIN(kLanes, call.rows - row) : 1;
    std::int32_t* to = keys + key / kLanes * kLanes * row_pairs + lane;
    for (std::size_t head = 0; head < call.shape.key_heads; ++head) {
      for (std::size_t line = 0; line < lines; ++line, to += kLanes * kLanes) {
        const std::size_t column = line * kPanelWidth, columns = HWY_MIN(kPanelWidth, width - column);
        const float* const from = call.k.head(head, width) + row * call.k.columns + column;
        alignas(64) std::int32_t pairs[kLanes];
        if (lane != 0) {
          round_lines(from, columns, pairs);
          for (std::size_t i = 0; i < kLanes; ++i) to[i * kLanes] = pairs[i];
          continue;
        }
        __m512i rows[kLanes];
        for (std::size_t i = 0; i < kLanes; ++i) {
          if (i < count) round_lines(from + i * call.k.columns, columns, pairs);
          rows[i] = i < count ? _mm512_load_si512(pairs) : _mm512_setzero_si512();
        }
        transpose_16(rows);
        for (std::size_t i = 0; i < kLanes; ++i) _mm512_storeu_si512(to + i * kLanes, rows[i]);
      }
    }
    row += count;
  }
}

template <class Unit>
void append_pairs(const AppendCall& call) {
  append_key_pairs<Unit>(call);
  const std::size_t d_v = call.shape.value_width, value_row = Unit::kLayout.value_row(call.shape);
  for (std::size_t row = 0; row < call.rows; ++row) {
    const std::size_t key = call.first + row;
    auto* to = reinterpret_cast<std::int32_t*>(call.to.values) + key / 2 * value_row;
    if (key % Unit::kLayout.summed == 0) std::fill_n(to, Unit::kLayout.summed / 2 * value_row, 0);
    const float* from = call.v.head(0, 0) + row * call.v.columns;
    for (std::size_t head = 0; head < call.shape.key_heads; ++head, from += d_v) {
      for (std::size_t c = 0; c < d_v; c += kLanes, to += kLanes) {
        const __m512i both = rounded(load_first(from + c, HWY_MIN(kLanes, d_v - c)), hn::Zero(Tag()));
        const __m512i values = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(both));
        _mm512_storeu_si512(
            to, key % 2 == 0 ? values : _mm512_or_si512(_mm512_loadu_si512(to), _mm512_slli_epi32(values, 16)));
      }
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
