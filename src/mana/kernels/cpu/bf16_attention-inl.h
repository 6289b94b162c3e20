// Scaled dot-product attention of one text in bf16, by dot products or on tiles; compiled for AVX-512 only (see
// tables.cc).
#pragma once

#include "mana/kernels/cpu/attention_block-inl.h"
#include "mana/kernels/cpu/bf16-inl.h"
#include "mana/kernels/cpu/bf16_softmax-inl.h"
#include "mana/kernels/cpu/head_operands-inl.h"
#include "mana/kernels/cpu/tile_linear-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Puts the first `count` of a panel of sums, each times a factor, into a row of what attention gives: rounded where
/// that is not null.
template <std::size_t kTogether>
HWY_INLINE void put_panel(const float* sums, float inverse_sum, std::size_t count, const HeadRows<float>& to,
                          std::size_t row, std::size_t column) {
  const Tag d;
  const Vec factor = hn::Set(d, inverse_sum);
  const Vec left = hn::Mul(hn::LoadU(d, sums), factor), right = hn::Mul(hn::LoadU(d, sums + kLanes), factor);
  if (to.rounded != nullptr) {
    store_columns<kTogether>(rounded(left, right), count, to.rounded, to.row + row, to.column + column, to.columns);
  } else {
    float* const out = to.head(0, 0) + row * to.columns + column;
    store_first(left, out, HWY_MIN(kLanes, count));
    if (count > kLanes) store_first(right, out + kLanes, count - kLanes);
  }
}

/// C = A B for some rows of pairs and a panel of `groups` pairs, by dot products.
struct VectorUnit {
  struct Ready {};  ///< lives while the unit is used
  static constexpr std::size_t kTogether = 1;
  static std::size_t next_rows(std::size_t left) { return HWY_NAMESPACE::next_rows(left); }
  static HWY_INLINE void multiply(std::size_t rows, const std::int32_t* a, std::size_t a_stride, const std::int32_t* b,
                                  std::size_t groups, float* c, std::size_t c_stride) {
    kBlocks<DotPairs>[rows - 1](a, a_stride, b, groups, kZeroPanel, c, c_stride);
  }
};

/// The same on tiles; whole ones are read and written, whatever `rows` is.
struct TileUnit {
  using Ready = Tiles;
  static constexpr std::size_t kTogether = kTileRows;
  static std::size_t next_rows(std::size_t left) { return HWY_MIN(left, kBlockRows); }
  static HWY_INLINE void multiply(std::size_t rows, const std::int32_t* a, std::size_t a_stride, const std::int32_t* b,
                                  std::size_t groups, float* c, std::size_t c_stride) {
    const std::size_t row_bytes = a_stride * sizeof *a, steps = (groups + kTileRows - 1) / kTileRows;
    const TileRows lines{reinterpret_cast<const std::byte*>(a), row_bytes, kTileRows * row_bytes, kTileRowBytes};
    const auto* panel = reinterpret_cast<const std::byte*>(b);
    const TileSums<const float> start{nullptr, 0};
    const TileSums<float> sums{c, c_stride * sizeof *c};
    ReadAhead nothing{nullptr, nullptr, 0};
    AllFinished previous;
    if (rows > kTileRows) {
      multiply_tiles<TilePairs, 2>(lines, panel, steps, start, sums, nothing, previous);
    } else {
      multiply_tiles<TilePairs, 1>(lines, panel, steps, start, sums, nothing, previous);
    }
  }
};

/// What a head needs, in elements of 32 bits: Q as it is, Kᵀ in panels of keys, V in panels of columns, and the scores
/// and results of a block of queries, the results once more for a row that is made apart.
struct AttentionRoom {
  explicit AttentionRoom(const AttentionCall& call)
      : queries(whole_panels(call.queries)),
        keys(whole_panels(call.keys)),
        pairs(whole_panels(call.head_width) / 2),
        key_panels(queries * pairs),
        value_panels(key_panels + keys * pairs),
        scores(value_panels + keys * whole_panels(call.value_width) / 2),
        mixed(scores + kBlockRows * score_stride()),
        size(mixed + 2 * kBlockSums) {}

  static std::size_t whole_panels(std::size_t count) { return (count + kPanelWidth - 1) / kPanelWidth * kPanelWidth; }
  std::size_t score_stride() const { return keys + kLanes; }  ///< so that rows do not meet in the same lines of a cache

  std::size_t queries, keys;  ///< whole panels
  std::size_t pairs;          ///< of a head's columns
  std::size_t key_panels, value_panels, scores, mixed;
  std::size_t size;
};

inline std::size_t bf16_attention_scratch(const AttentionCall& call) { return AttentionRoom(call).size; }

/// Attention in bf16 of one text, head by head.
template <class Unit>
class Bf16Attention {
 public:
  explicit Bf16Attention(const AttentionCall& call)
      : call_(call),
        room_(call),
        queries_(reinterpret_cast<std::int32_t*>(call.scratch)),
        key_panels_(queries_ + room_.key_panels),
        value_panels_(queries_ + room_.value_panels),
        scores_(call.scratch + room_.scores),
        mixed_(call.scratch + room_.mixed) {}

  HWY_INLINE void operator()() {
    [[maybe_unused]] const typename Unit::Ready ready{};
    for (std::size_t head = call_.first_head; head < call_.last_head; ++head) {
      copy_rows(columns(call_.q, head, call_.head_width), call_.queries, room_.pairs, queries_);
      if (head == call_.first_head || call_.opens_group(head)) {
        lay_out_key_pairs(columns(call_.k, call_.key_head(head), call_.head_width), call_.keys, room_.pairs,
                          key_panels_);
        lay_out_values(head, {0, call_.keys});
      }
      for (std::size_t row = 0; row < call_.queries;) {
        const Block block(call_, row, Unit::next_rows(call_.queries - row));
        attend(head, block);
        row += block.rows;
      }
    }
  }

 private:
  using Rows = HeadOperands<Unit::kTogether>;
  static HWY_INLINE Rows columns(const HeadRows<const float>& rows, std::size_t head, std::size_t width) {
    return Rows(rows.rounded, rows.row, rows.columns, rows.column + head * width, width);
  }
  HWY_INLINE void lay_out_values(std::size_t head, KeyRange kept) {
    lay_out_value_pairs(columns(call_.v, call_.key_head(head), call_.value_width), kept, room_.keys, value_panels_);
  }

  HWY_INLINE void attend(std::size_t head, const Block& block) {
    const std::size_t pairs = room_.pairs, stride = room_.score_stride(), d_v = call_.value_width;
    // S = Q Kᵀ, a block of queries against a panel of keys at a time      [rows, keys]
    const std::int32_t* const queries = queries_ + block.row * pairs;
    for (std::size_t key = block.first_panel(); key < block.seen.last; key += kPanelWidth) {
      Unit::multiply(block.rows, queries, pairs, key_panels_ + key * pairs, pairs, scores_ + key, stride);
    }
    float inverse_sums[kBlockRows];
    exponentials(head, block, inverse_sums);
    // O = exp(S) V / Σ exp(S)      [rows, value_width]
    const HeadRows<float> out = call_.out;
    for (std::size_t column = 0; column < d_v; column += kPanelWidth) {
      mix(block, column, mixed_);
      const std::size_t count = HWY_MIN(kPanelWidth, d_v - column), to = head * d_v + column;
      for (std::size_t m = 0; m < block.rows; ++m) {
        const float* sums = mixed_ + m * kPanelWidth;
        if (!block.alike && !finite(sums, count)) sums = mix_apart(head, block, m, column);
        put_panel<Unit::kTogether>(sums, inverse_sums[m], count, out, block.row + m, to);
      }
    }
  }

  HWY_INLINE void exponentials(std::size_t head, const Block& block, float* inverse_sums) const {
    const std::size_t stride = room_.score_stride();
    const float scale = kLog2E / call_.divisor;
    for (std::size_t m = 0; call_.bias.exists() && m < block.rows; ++m) {
      add_bias(call_, head, block.row + m, block.of(m), scores_ + m * stride);
    }
    const bool all = block.alike && block.seen == KeyRange{0, call_.keys} && call_.keys > 0;
    for (std::size_t m = 0; m < block.rows; m += kSideBySide) {  // the last ones of a block may be nobody's
      float* const scores = scores_ + m * stride;
      if (all) {
        bf16_exponentials(scores, stride, call_.keys, scale, inverse_sums + m);
      } else {
        bf16_exponentials_of_seen(block, m, scores, stride, scale, inverse_sums + m);
      }
    }
  }

  /// exp(S) V for a panel of V's columns      [rows, kPanelWidth]
  HWY_INLINE void mix(const Block& block, std::size_t column, float* to) const {
    const std::size_t first = block.first_panel() / 2;  // pair of keys
    Unit::multiply(block.rows, reinterpret_cast<const std::int32_t*>(scores_) + first, room_.score_stride(),
                   value_panels_ + column * room_.keys / 2 + first * kPanelWidth, (block.seen.last + 1) / 2 - first, to,
                   kPanelWidth);
  }

  static HWY_INLINE bool finite(const float* sums, std::size_t count) {
    const Tag d;
    const auto none = [&](std::size_t from) {
      return count > from && !hn::AllTrue(d, hn::IsFinite(load_first(sums + from, HWY_MIN(kLanes, count - from))));
    };
    return !none(0) && !none(kLanes);
  }

  /// The same for row m where V has no keys but those that it sees: zero times what is no number is none either.
  const float* mix_apart(std::size_t head, const Block& block, std::size_t m, std::size_t column) {
    float* const apart = mixed_ + kBlockSums;
    lay_out_values(head, block.of(m));
    mix(block, column, apart);
    lay_out_values(head, {0, call_.keys});
    return apart + m * kPanelWidth;
  }

  const AttentionCall& call_;
  const AttentionRoom room_;
  std::int32_t* const queries_;
  std::int32_t* const key_panels_;
  std::int32_t* const value_panels_;
  float* const scores_;
  float* const mixed_;
};

template <class Unit>
void bf16_attention(const AttentionCall& call) {
  Bf16Attention<Unit> attention(call);
  attention();
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
