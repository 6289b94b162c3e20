// The exponentials of attention's scores for products in bf16, four queries side by side; compiled for AVX-512 only
// (see tables.cc).
#pragma once

#include "mana/kernels/cpu/attention_block-inl.h"
#include "mana/kernels/cpu/bf16-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

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

/// The largest of each row in all lanes.
HWY_INLINE void spread_largest(Vec (&largest)[kSideBySide]) {
  const Vec maxima = across_lanes(largest, [](Vec a, Vec b) { return hn::Max(a, b); });
  largest[0] = Vec{_mm512_permute_ps(maxima.raw, 0x00)};
  largest[1] = Vec{_mm512_permute_ps(maxima.raw, 0x55)};
  largest[2] = Vec{_mm512_permute_ps(maxima.raw, 0xaa)};
  largest[3] = Vec{_mm512_permute_ps(maxima.raw, 0xff)};
}

/// scores ← exp((scores - max) / divisor) as bf16, over the same memory, zero up to a whole panel; puts 1 / their sums.
/// `scale` is log₂(e) / divisor.
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
  spread_largest(largest);

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

/// The same for four queries of a block from `m` on that see keys of their own: the same bits, and zero for every other
/// key of the panels that the block looks at. A block is a Block, or knows as much.
template <class Queries>
HWY_INLINE void bf16_exponentials_of_seen(const Queries& block, std::size_t m, float* scores, std::size_t stride,
                                          float scale, float* inverse_sums) {
  const Tag d;
  KeyRange seen[kSideBySide];
  Vec largest[kSideBySide], sums[kSideBySide];
  for (std::size_t i = 0; i < kSideBySide; ++i) {
    seen[i] = block.of(HWY_MIN(m + i, block.rows - 1));  // the last ones may be nobody's
    largest[i] = hn::Set(d, -hwy::HighestValue<float>());
    sums[i] = hn::Zero(d);
  }
  const auto sees = [&](std::size_t i, std::size_t j) {
    const auto up_to = [&](std::size_t key) { return hn::FirstN(d, key > j ? key - j : 0); };
    return hn::AndNot(up_to(seen[i].first), up_to(seen[i].last));
  };
  for (std::size_t j = block.first_panel(); j < block.seen.last; j += kLanes) {
    for (std::size_t i = 0; i < kSideBySide; ++i) {
      const Vec s = hn::Max(largest[i], hn::LoadU(d, scores + i * stride + j));
      largest[i] = hn::IfThenElse(sees(i, j), s, largest[i]);
    }
  }
  spread_largest(largest);
  for (std::size_t j = block.first_panel(); j < block.seen.last; j += kPanelWidth) {
    for (std::size_t i = 0; i < kSideBySide; ++i) {
      const auto power = [&](std::size_t at) {
        const Vec s = hn::Sub(hn::LoadU(d, scores + i * stride + at), largest[i]);
        return hn::IfThenElseZero(sees(i, at), quick_exp2(hn::Mul(s, hn::Set(d, scale))));
      };
      const Vec left = power(j), right = power(j + kLanes);
      sums[i] = hn::Add(sums[i], hn::Add(left, right));
      _mm512_storeu_si512(reinterpret_cast<std::uint16_t*>(scores + i * stride) + j, rounded(left, right));
    }
  }
  const Vec all = across_lanes(sums, [](Vec a, Vec b) { return hn::Add(a, b); });
  const Vec inverse = hn::IfThenElse(hn::Eq(all, hn::Zero(d)), all, hn::Div(hn::Set(d, 1.0f), all));
  _mm_storeu_ps(inverse_sums, _mm512_castps512_ps128(inverse.raw));
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
