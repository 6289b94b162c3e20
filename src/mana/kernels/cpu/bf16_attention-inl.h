// Scaled dot-product attention of one text in bf16, by dot products or on tiles; compiled for AVX-512 only (see
// tables.cc).
#pragma once

#include "mana/kernels/cpu/bf16-inl.h"
#include "mana/kernels/cpu/head_factors-inl.h"
#include "mana/kernels/cpu/tile_linear-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

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

/// What a head needs beside its text, in elements of 32 bits: Q as it is, Kᵀ in panels of keys, V in panels of columns
/// (both in pairs, as bf16 weights are), the scores of a block of queries, and what becomes of them.
struct AttentionRoom {
  AttentionRoom(std::size_t length, std::size_t head_width)
      : keys((length + kPanelWidth - 1) / kPanelWidth * kPanelWidth),
        width((head_width + kPanelWidth - 1) / kPanelWidth * kPanelWidth) {}

  std::size_t pairs() const { return width / 2; }             ///< of columns
  std::size_t score_stride() const { return keys + kLanes; }  ///< so that rows do not meet in the same lines of a cache
  std::size_t matrix() const { return keys * pairs(); }       ///< of Q, K or V
  std::size_t scores() const { return kBlockRows * score_stride(); }
  std::size_t size() const { return 3 * matrix() + scores() + kBlockSums; }

  std::size_t keys;   ///< whole panels
  std::size_t width;  ///< the same
};

inline std::size_t bf16_attention_scratch(std::size_t length, std::size_t head_width) {
  return AttentionRoom(length, head_width).size();
}

/// 2ˣ for x ≤ 0, relative error 1.1e-4, one for zero: for what is rounded to bf16.
HWY_INLINE Vec quick_exp2(Vec x) {
  static constexpr float kPowers[] = {1.0f, 0.6954241731944352f, 0.2263083574083941f, 0.07826746939717072f};
  constexpr int kFromBelow = 1;  // 2ˣ = 2ᶠ 2ⁿ, n the whole number below
  const Vec fraction{_mm512_reduce_ps(x.raw, kFromBelow)};
  return Vec{_mm512_scalef_ps(polynomial(fraction, kPowers).raw, x.raw)};
}

/// So many rows of scores side by side: one's steps go on while another waits for its own.
inline constexpr std::size_t kSideBySide = 4;

/// The lanes of each row joined by `join`: those of row m come to every fourth lane from m on.
template <class Join>
HWY_INLINE Vec across_lanes(const Vec (&rows)[kSideBySide], const Join& join) {
  const auto pair = [&](__m512 a, __m512 b) {
    return join(Vec{_mm512_unpacklo_ps(a, b)}, Vec{_mm512_unpackhi_ps(a, b)});
  };
  const __m512d left = _mm512_castps_pd(pair(rows[0].raw, rows[1].raw).raw);
  const __m512d right = _mm512_castps_pd(pair(rows[2].raw, rows[3].raw).raw);
  Vec all = join(Vec{_mm512_castpd_ps(_mm512_unpacklo_pd(left, right))},
                 Vec{_mm512_castpd_ps(_mm512_unpackhi_pd(left, right))});
  all = join(all, Vec{_mm512_shuffle_f32x4(all.raw, all.raw, 0x4e)});
  return join(all, Vec{_mm512_shuffle_f32x4(all.raw, all.raw, 0xb1)});
}

/// scores ← exp((scores - max) / √d_k) as bf16, over the same memory, zero up to a whole panel; puts 1 / their sums.
/// `scale` is log₂(e) / √d_k.
HWY_INLINE void bf16_exponentials(float* scores, std::size_t stride, std::size_t length, float scale,
                                  float* inverse_sums) {
  const Tag d;
  const std::size_t whole = length / kPanelWidth * kPanelWidth, rest = length - whole;
  const Vec lowest = hn::Set(d, -hwy::HighestValue<float>());
  const auto first = [&](std::size_t row, std::size_t lane) {  // of the panel that the keys do not fill
    const Mask keys = hn::FirstN(d, rest > lane ? rest - lane : 0);
    return hn::IfThenElse(keys, hn::LoadU(d, scores + row * stride + whole + lane), lowest);
  };
  Vec largest[kSideBySide];
  for (std::size_t m = 0; m < kSideBySide; ++m) {
    largest[m] = rest > 0 ? hn::Max(first(m, 0), first(m, kLanes)) : lowest;
  }
  for (std::size_t j = 0; j < whole; j += kLanes) {
    for (std::size_t m = 0; m < kSideBySide; ++m) {
      largest[m] = hn::Max(largest[m], hn::LoadU(d, scores + m * stride + j));
    }
  }
  const Vec maxima = across_lanes(largest, [](Vec a, Vec b) { return hn::Max(a, b); });
  largest[0] = Vec{_mm512_permute_ps(maxima.raw, 0x00)};
  largest[1] = Vec{_mm512_permute_ps(maxima.raw, 0x55)};
  largest[2] = Vec{_mm512_permute_ps(maxima.raw, 0xaa)};
  largest[3] = Vec{_mm512_permute_ps(maxima.raw, 0xff)};

  Vec sums[kSideBySide];
  for (std::size_t m = 0; m < kSideBySide; ++m) sums[m] = hn::Zero(d);
  const auto put = [&](std::size_t m, std::size_t j, Vec left, Vec right) {
    left = quick_exp2(hn::Mul(hn::Sub(left, largest[m]), hn::Set(d, scale)));
    right = quick_exp2(hn::Mul(hn::Sub(right, largest[m]), hn::Set(d, scale)));
    sums[m] = hn::Add(sums[m], hn::Add(left, right));
    _mm512_storeu_si512(reinterpret_cast<std::uint16_t*>(scores + m * stride) + j, rounded(left, right));
  };
  for (std::size_t j = 0; j < whole; j += kPanelWidth) {
    for (std::size_t m = 0; m < kSideBySide; ++m) {
      put(m, j, hn::LoadU(d, scores + m * stride + j), hn::LoadU(d, scores + m * stride + j + kLanes));
    }
  }
  for (std::size_t m = 0; m < kSideBySide; ++m) {
    if (rest > 0) put(m, whole, first(m, 0), first(m, kLanes));
  }
  const Vec all = across_lanes(sums, [](Vec a, Vec b) { return hn::Add(a, b); });
  _mm_storeu_ps(inverse_sums, _mm512_castps512_ps128(hn::Div(hn::Set(d, 1.0f), all).raw));
}

template <class Unit>
void bf16_attention(const AttentionCall& call) {
  const Tag d;
  const std::size_t length = call.length, head_width = call.head_width, model = call.heads * head_width;
  const AttentionRoom room(length, head_width);
  auto* const queries = reinterpret_cast<std::int32_t*>(call.scratch);
  std::int32_t* const key_panels = queries + room.matrix();
  std::int32_t* const value_panels = key_panels + room.matrix();
  float* const scores = call.scratch + 3 * room.matrix();
  float* const mixed = scores + room.scores();
  const float scale = kLog2E / __builtin_sqrtf(static_cast<float>(head_width));
  const std::size_t stride = room.score_stride();
  [[maybe_unused]] const typename Unit::Ready ready{};

  for (std::size_t head = call.first_head; head < call.last_head; ++head) {
    const auto columns = [&](std::size_t from) {
      return HeadFactors<Unit::kTogether>(call.rounded, call.first_row, 3 * model, from + head * head_width,
                                          head_width);
    };
    copy_rows(columns(0), length, room.pairs(), queries);
    pack_key_pairs(columns(model), length, room.pairs(), key_panels);
    pack_value_pairs(columns(2 * model), length, room.keys, value_panels);
    for (std::size_t row = 0; row < length;) {
      const std::size_t rows = Unit::next_rows(length - row);
      // S = Q Kᵀ, a block of queries against a panel of keys at a time      [rows, keys]
      for (std::size_t key = 0; key < length; key += kPanelWidth) {
        Unit::multiply(rows, queries + row * room.pairs(), room.pairs(), key_panels + key * room.pairs(), room.pairs(),
                       scores + key, stride);
      }
      float inverse_sum[kBlockRows];
      for (std::size_t m = 0; m < rows; m += kSideBySide) {  // the last ones of a block may be nobody's
        bf16_exponentials(scores + m * stride, stride, length, scale, inverse_sum + m);
      }
      // O = exp(S) V / Σ exp(S)      [rows, head_width]
      const auto* weights = reinterpret_cast<const std::int32_t*>(scores);
      for (std::size_t column = 0; column < head_width; column += kPanelWidth) {
        Unit::multiply(rows, weights, stride, value_panels + column * room.keys / 2, (length + 1) / 2, mixed,
                       kPanelWidth);
        const std::size_t count = HWY_MIN(kPanelWidth, head_width - column), to = head * head_width + column;
        for (std::size_t m = 0; m < rows; ++m) {
          const Vec factor = hn::Set(d, inverse_sum[m]);
          const Vec left = hn::Mul(hn::LoadU(d, mixed + m * kPanelWidth), factor);
          const Vec right = hn::Mul(hn::LoadU(d, mixed + m * kPanelWidth + kLanes), factor);
          if (call.out_rounded != nullptr) {
            store_columns<Unit::kTogether>(rounded(left, right), count, call.out_rounded, call.first_row + row + m, to,
                                           model);
          } else {
            float* const out = call.out + (row + m) * model + to;
            store_first(left, out, HWY_MIN(kLanes, count));
            if (count > kLanes) store_first(right, out + kLanes, count - kLanes);
          }
        }
      }
      row += rows;
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
