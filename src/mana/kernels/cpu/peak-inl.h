// The peak of a product's instruction; compiled once for each target (see peak.cc).
#if defined(MANA_KERNELS_CPU_PEAK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MANA_KERNELS_CPU_PEAK_INL_H_
#undef MANA_KERNELS_CPU_PEAK_INL_H_
#else
#define MANA_KERNELS_CPU_PEAK_INL_H_
#endif

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mana/kernels/cpu/block-inl.h"
#include "mana/kernels/peak.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Sums that one instruction updates, operands and what these are multiplied by fill the registers: 24 + 4 + 1 of 32,
/// or 10 + 4 + 1 of 16. Where the sum is an instruction of its own, it takes one cycle and a few sums suffice; the
/// products take registers, too.
inline constexpr std::size_t kFusedSums = HWY_CAP_GE512 ? 24 : 10;
inline constexpr std::size_t kPlainSums = 4;
inline constexpr std::size_t kPeakOperands = 4;

/// Hides from the compiler what a value is, so that it computes no product once for several sums or rounds, and
/// none ahead of its turn, for which there is no register.
template <class V>
HWY_INLINE void renew(V& value) {
#if HWY_CAP_GE512
  asm volatile("" : "+v"(value.raw));
#else
  asm volatile("" : "+x"(value.raw));
#endif
}

template <class Product, std::size_t kSums>
void run_peak(std::uint64_t rounds, const void* a, const void* b, void* sums) {
  const hn::ScalableTag<typename Product::Operand> operands;
  const hn::ScalableTag<typename Product::Sum> totals;
  const auto* first = static_cast<const typename Product::Operand*>(a);
  auto* out = static_cast<typename Product::Sum*>(sums);
  hn::Vec<decltype(operands)> left[kPeakOperands];
  hn::Vec<decltype(totals)> sum[kSums];
  const auto right = hn::LoadU(operands, static_cast<const typename Product::Operand*>(b));
#pragma GCC unroll 4
  for (std::size_t i = 0; i < kPeakOperands; ++i) left[i] = hn::LoadU(operands, first + i * kLanes);
#pragma GCC unroll 24
  for (std::size_t s = 0; s < kSums; ++s) sum[s] = hn::LoadU(totals, out + s * kLanes);
  for (std::uint64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kPeakOperands; ++i) {
#pragma GCC unroll 24
      for (std::size_t s = 0; s < kSums; ++s) {
        renew(left[i]);
        sum[s] = Product::add(sum[s], left[i], right);
        renew(sum[s]);
      }
    }
  }
#pragma GCC unroll 24
  for (std::size_t s = 0; s < kSums; ++s) hn::StoreU(sum[s], totals, out + s * kLanes);
}

template <class Product, std::size_t kSums = kFusedSums>
constexpr PeakLoop make_peak(std::string_view instruction, std::size_t group) {
  return {instruction, kLanes, group, 1, kSums, kPeakOperands, run_peak<Product, kSums>};
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
