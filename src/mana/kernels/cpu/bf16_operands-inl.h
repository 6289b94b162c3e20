// Operands of bf16, two in 32 bits; compiled for AVX-512 only (see gradients.cc).
#pragma once

#include "mana/kernels/cpu/bf16-inl.h"
#include "mana/kernels/cpu/lay_out-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

struct Bf16Operands {
  using Product = DotPairs;
  using Pairs = hn::Vec<hn::ScalableTag<std::int32_t>>;
  static constexpr std::size_t kGroup = 2;

  static HWY_INLINE Pairs down(const float* x, std::size_t stride, std::size_t rows, std::size_t count) {
    HWY_ALIGN static constexpr std::uint16_t kOneFromEach[2 * kLanes] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                                         21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                                         11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const Vec first = load_first(x, count), second = rows > 1 ? load_first(x + stride, count) : hn::Zero(Tag());
    return Pairs{_mm512_permutexvar_epi16(_mm512_load_si512(kOneFromEach), rounded(first, second))};
  }
  static HWY_INLINE Pairs along(const float* x, std::size_t count) {
    const Vec second = count > kLanes ? load_first(x + kLanes, count - kLanes) : hn::Zero(Tag());
    return Pairs{rounded(load_first(x, count), second)};
  }
  static HWY_INLINE Vec activate(Activation activation, Vec x) { return quick_activate(activation, x); }
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
