// The training of word vectors; compiled once for each target (see word_vectors.cc).
#if defined(MANA_KERNELS_CPU_WORD_VECTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_WORD_VECTORS_INL_H_
#undef MANA_KERNELS_CPU_WORD_VECTORS_INL_H_
#else
#define MANA_KERNELS_CPU_WORD_VECTORS_INL_H_
#endif

#include <algorithm>
#include <cstddef>

#include "mana/kernels/cpu/math-inl.h"
#include "mana/kernels/word_vectors.h"

/// Threads read and write rows here without locks (see WordKernels).
#define MANA_WITHOUT_LOCKS __attribute__((no_sanitize("thread")))

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Inputs and outputs whose products fill the registers: 4 x 6 of 32, or 2 x 6 of 16.
inline constexpr std::size_t kInputTile = HWY_CAP_GE512 ? 4 : 2;
inline constexpr std::size_t kOutputTile = 6;

/// The sums of the lanes of four vectors.
HWY_INLINE hn::Vec<hn::Full128<float>> sums_of_lanes(Vec a, Vec b, Vec c, Vec d) {
  const Tag tag;
  const hn::Repartition<double, Tag> pairs;
  // In every block of four lanes: (a₀+a₂, b₀+b₂, a₁+a₃, b₁+b₃), then (a, b, c, d).
  const Vec ab = hn::Add(hn::InterleaveLower(tag, a, b), hn::InterleaveUpper(tag, a, b));
  const Vec cd = hn::Add(hn::InterleaveLower(tag, c, d), hn::InterleaveUpper(tag, c, d));
  const auto left = hn::BitCast(pairs, ab);
  const auto right = hn::BitCast(pairs, cd);
  const Vec blocks = hn::Add(hn::BitCast(tag, hn::InterleaveLower(pairs, left, right)),
                             hn::BitCast(tag, hn::InterleaveUpper(pairs, left, right)));
  const hn::Half<Tag> half;
  const auto folded = hn::Add(hn::LowerHalf(half, blocks), hn::UpperHalf(half, blocks));
#if HWY_CAP_GE512
  const hn::Half<decltype(half)> quarter;
  return hn::Add(hn::LowerHalf(quarter, folded), hn::UpperHalf(quarter, folded));
#else
  return folded;
#endif
}

/// c = x yᵀ, [kInputs, kOutputs]; up to three values behind it are overwritten, too.
template <std::size_t kInputs, std::size_t kOutputs>
MANA_WITHOUT_LOCKS HWY_INLINE void products(const float* x, float* const* y, std::size_t width, float* c) {
  const Tag d;
  constexpr std::size_t kCount = kInputs * kOutputs;
  constexpr std::size_t kPadded = (kCount + 3) / 4 * 4;
  Vec sums[kPadded];
#pragma GCC unroll 24
  for (std::size_t i = 0; i < kPadded; ++i) sums[i] = hn::Zero(d);
  for (std::size_t k = 0; k < width; k += kLanes) {
    Vec output[kOutputs];
#pragma GCC unroll 6
    for (std::size_t o = 0; o < kOutputs; ++o) output[o] = hn::LoadU(d, y[o] + k);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kInputs; ++i) {
      const Vec input = hn::LoadU(d, x + i * width + k);
#pragma GCC unroll 6
      for (std::size_t o = 0; o < kOutputs; ++o)
        sums[i * kOutputs + o] = hn::MulAdd(input, output[o], sums[i * kOutputs + o]);
    }
  }
  const hn::Full128<float> four;
#pragma GCC unroll 6
  for (std::size_t i = 0; i < kPadded; i += 4)
    hn::StoreU(sums_of_lanes(sums[i], sums[i + 1], sums[i + 2], sums[i + 3]), four, c + i);
}

/// c = x yᵀ for the inputs that are left, fewer than a tile.
template <std::size_t kInputs, std::size_t kOutputs>
MANA_WITHOUT_LOCKS HWY_INLINE void products_of_rest(std::size_t inputs, const float* x, float* const* y,
                                                    std::size_t width, float* c) {
  if constexpr (kInputs > 0) {
    if (inputs == kInputs) return products<kInputs, kOutputs>(x, y, width, c);
    products_of_rest<kInputs - 1, kOutputs>(inputs, x, y, width, c);
  }
}

/// ΔX (+)= G Y and Y += Gᵀ X for a tile of outputs. g: [inputs, kOutputs].
template <std::size_t kOutputs>
MANA_WITHOUT_LOCKS HWY_INLINE void update(const LogisticCall& call, float* const* y, const float* g, bool first) {
  const Tag d;
  const std::size_t width = call.width;
  for (std::size_t k = 0; k < width; k += kLanes) {
    Vec old[kOutputs];
    Vec now[kOutputs];
#pragma GCC unroll 6
    for (std::size_t o = 0; o < kOutputs; ++o) now[o] = old[o] = hn::LoadU(d, y[o] + k);
    const float* row = g;
    for (std::size_t i = 0; i < call.inputs; ++i, row += kOutputs) {
      const Vec input = hn::LoadU(d, call.x + i * width + k);
      float* const dx = call.dx + i * width + k;
      Vec change = first ? hn::Zero(d) : hn::LoadU(d, dx);
#pragma GCC unroll 6
      for (std::size_t o = 0; o < kOutputs; ++o) {
        const Vec gradient = hn::Set(d, row[o]);
        change = hn::MulAdd(gradient, old[o], change);
        now[o] = hn::MulAdd(gradient, input, now[o]);
      }
      hn::StoreU(change, d, dx);
    }
#pragma GCC unroll 6
    for (std::size_t o = 0; o < kOutputs; ++o) hn::StoreU(now[o], d, y[o] + k);
  }
}

template <std::size_t kOutputs>
MANA_WITHOUT_LOCKS void logistic_tile(const LogisticCall& call, std::size_t begin) {
  const Tag d;
  float* const* y = call.y + begin;
  float* const g = call.scratch;
  const std::size_t whole = call.inputs / kInputTile * kInputTile;
  for (std::size_t i = 0; i < whole; i += kInputTile)
    products<kInputTile, kOutputs>(call.x + i * call.width, y, call.width, g + i * kOutputs);
  products_of_rest<kInputTile - 1, kOutputs>(call.inputs - whole, call.x + whole * call.width, y, call.width,
                                             g + whole * kOutputs);
  const std::size_t count = call.inputs * kOutputs;
  for (std::size_t i = 0; i < count; i += kLanes) hn::StoreU(sigmoid(hn::LoadU(d, g + i)), d, g + i);
  for (std::size_t i = 0; i < call.inputs; ++i) {
#pragma GCC unroll 6
    for (std::size_t o = 0; o < kOutputs; ++o) {
      float& value = g[i * kOutputs + o];
      value = (call.labels[begin + o] - value) * call.steps[begin + o];
    }
  }
  update<kOutputs>(call, y, g, begin == 0);
}

MANA_WITHOUT_LOCKS void logistic(const LogisticCall& call) {
  for (std::size_t begin = 0; begin < call.outputs; begin += kOutputTile) {
    switch (std::min(kOutputTile, call.outputs - begin)) {
      case 1: logistic_tile<1>(call, begin); break;
      case 2: logistic_tile<2>(call, begin); break;
      case 3: logistic_tile<3>(call, begin); break;
      case 4: logistic_tile<4>(call, begin); break;
      case 5: logistic_tile<5>(call, begin); break;
      default: logistic_tile<kOutputTile>(call, begin);
    }
  }
}

MANA_WITHOUT_LOCKS void gather(const float* const* rows, std::size_t count, std::size_t width, float* x) {
  const Tag d;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t k = 0; k < width; k += kLanes) hn::StoreU(hn::LoadU(d, rows[i] + k), d, x + i * width + k);
}

MANA_WITHOUT_LOCKS void scatter(const float* dx, float* const* rows, std::size_t count, std::size_t width) {
  const Tag d;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < width; k += kLanes)
      hn::StoreU(hn::Add(hn::LoadU(d, rows[i] + k), hn::LoadU(d, dx + i * width + k)), d, rows[i] + k);
  }
}

MANA_WITHOUT_LOCKS void mean(const float* const* rows, std::size_t count, std::size_t width, float* x) {
  const Tag d;
  const Vec share = hn::Set(d, 1.0f / static_cast<float>(count));
  for (std::size_t k = 0; k < width; k += kLanes) {
    Vec sum = hn::Zero(d);
    for (std::size_t i = 0; i < count; ++i) sum = hn::Add(sum, hn::LoadU(d, rows[i] + k));
    hn::StoreU(hn::Mul(sum, share), d, x + k);
  }
}

MANA_WITHOUT_LOCKS void spread(const float* dx, float* const* rows, std::size_t count, std::size_t width) {
  const Tag d;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < width; k += kLanes)
      hn::StoreU(hn::Add(hn::LoadU(d, rows[i] + k), hn::LoadU(d, dx + k)), d, rows[i] + k);
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#undef MANA_WITHOUT_LOCKS

#endif
