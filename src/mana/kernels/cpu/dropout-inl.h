// The masks of dropout (reference/dropout.h); compiled once for each target (see gradients.cc).
#if defined(MANA_KERNELS_CPU_DROPOUT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_DROPOUT_INL_H_
#undef MANA_KERNELS_CPU_DROPOUT_INL_H_
#else
#define MANA_KERNELS_CPU_DROPOUT_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "mana/kernels/cpu/math-inl.h"
#include "mana/kernels/gradients.h"
#include "mana/kernels/reference/dropout.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

using Words = hn::Vec<hn::ScalableTag<std::uint32_t>>;

/// The upper and the lower halves of the products of 32 bits by 32.
HWY_INLINE void multiply_wide(Words x, std::uint32_t by, Words& upper, Words& lower) {
  const hn::ScalableTag<std::uint32_t> d;
  const hn::ScalableTag<std::uint64_t> wide;
  const Words factor = hn::Set(d, by);
  const auto even = hn::MulEven(x, factor);
  const auto odd = hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, x))), factor);
  upper = hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even)));
  lower = hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even));
}

/// What the 128 elements of a row that begin at `column`, a multiple of 128, are multiplied by.
HWY_INLINE void dropout_factors(const Dropout& dropout, std::uint64_t row, std::size_t column, float* factors) {
  constexpr std::size_t kCounters = reference::kDropoutLanes;
  const hn::ScalableTag<std::uint32_t> d;
  const hn::RebindToSigned<decltype(d)> signed_words;
  const hn::Vec<decltype(signed_words)> threshold = hn::Set(signed_words, static_cast<std::int32_t>(dropout.threshold));
  const Vec kept = hn::Set(Tag(), dropout.kept_factor());
  const auto first = static_cast<std::uint32_t>(column / reference::kDropoutGroup * kCounters);
  for (std::size_t lane = 0; lane < kCounters; lane += kLanes) {
    Words word[4] = {hn::Iota(d, first + static_cast<std::uint32_t>(lane)), hn::Set(d, static_cast<std::uint32_t>(row)),
                     hn::Set(d, static_cast<std::uint32_t>(row >> 32)), hn::Zero(d)};
    std::uint32_t key[2] = {static_cast<std::uint32_t>(dropout.key), static_cast<std::uint32_t>(dropout.key >> 32)};
    for (int round = 0; round < reference::kPhiloxRounds; ++round) {
      Words upper[2], lower[2];
      multiply_wide(word[0], reference::kPhiloxMultipliers[0], upper[0], lower[0]);
      multiply_wide(word[2], reference::kPhiloxMultipliers[1], upper[1], lower[1]);
      word[0] = hn::Xor(hn::Xor(upper[1], word[1]), hn::Set(d, key[0]));
      word[1] = lower[1];
      word[2] = hn::Xor(hn::Xor(upper[0], word[3]), hn::Set(d, key[1]));
      word[3] = lower[0];
      key[0] += reference::kPhiloxKeySteps[0];
      key[1] += reference::kPhiloxKeySteps[1];
    }
    for (std::size_t w = 0; w < 4; ++w) {
      const auto low = hn::BitCast(signed_words, hn::And(word[w], hn::Set(d, 0xFFFFU)));
      const auto high = hn::BitCast(signed_words, hn::ShiftRight<16>(word[w]));
      float* const to = factors + 2 * kCounters * w + lane;
      hn::StoreU(hn::IfThenZeroElse(hn::RebindMask(Tag(), hn::Lt(low, threshold)), kept), Tag(), to);
      hn::StoreU(hn::IfThenZeroElse(hn::RebindMask(Tag(), hn::Lt(high, threshold)), kept), Tag(), to + kCounters);
    }
  }
}

/// The factors of one row, for whoever goes along it: at(column) for columns 0, kLanes, 2 · kLanes, …
class MaskRow {
 public:
  HWY_INLINE MaskRow(const Dropout& dropout, std::uint64_t row) : dropout_(dropout), row_(row) {}
  HWY_INLINE Vec at(std::size_t column) {
    const std::size_t place = column % reference::kDropoutGroup;
    if (place == 0) dropout_factors(dropout_, row_, column, factors_);
    return hn::Load(Tag(), factors_ + place);
  }

 private:
  const Dropout& dropout_;
  std::uint64_t row_;
  HWY_ALIGN float factors_[reference::kDropoutGroup];
};

inline void dropout(const DropoutCall& call) {
  for (std::size_t row = 0; row < call.rows; ++row) {
    const std::size_t begin = row * call.width;
    MaskRow mask(call.dropout, call.first_row + row);
    for (std::size_t i = 0; i < call.width; i += kLanes) {
      const std::size_t count = HWY_MIN(kLanes, call.width - i);
      store_first(hn::Mul(load_first(call.x + begin + i, count), mask.at(i)), call.y + begin + i, count);
    }
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
