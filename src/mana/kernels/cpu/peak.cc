// The peaks of the products that tables.cc puts into its kernels, compiled as they are.
#include "mana/kernels/peak.h"

#include "mana/kernels/processor.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mana/kernels/cpu/peak.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file once for each target.
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/int8-inl.h"
#include "mana/kernels/cpu/peak-inl.h"
#if HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/bf16-inl.h"
#include "mana/kernels/cpu/tile_peak-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

inline constexpr PeakLoop kPeakF32 = make_peak<MultiplyAdd>("vfmadd", 1);
inline constexpr PeakLoop kPeakInt8 = make_peak<MultiplyAddPairs, kPlainSums>("vpmaddwd, vpaddd", 2);
inline constexpr PeakLoop kPeakInt8Vnni = make_peak<DotFours>("vpdpbusd", 4);
#if HWY_TARGET == HWY_AVX3
inline constexpr PeakLoop kPeakBf16 = make_peak<DotPairs>("vdpbf16ps", 2);
inline constexpr PeakLoop kPeakBf16Amx = make_tile_peak<TilePairs>("tdpbf16ps");
inline constexpr PeakLoop kPeakInt8Amx = make_tile_peak<TileFours>("tdpbusd");
#endif

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace mana::kernels {

const PeakLoop& peak_loop(Isa isa, Precision precision) {
  const bool wide = isa >= Isa::avx512;
  switch (precision) {
    case Precision::f32: break;
    case Precision::bf16: return isa == Isa::amx ? N_AVX3::kPeakBf16Amx : N_AVX3::kPeakBf16;
    case Precision::int8:
      if (isa == Isa::amx) return N_AVX3::kPeakInt8Amx;
      if (wide) return processor().avx512_vnni ? N_AVX3::kPeakInt8Vnni : N_AVX3::kPeakInt8;
      return processor().avx_vnni ? N_AVX2::kPeakInt8Vnni : N_AVX2::kPeakInt8;
  }
  return wide ? N_AVX3::kPeakF32 : N_AVX2::kPeakF32;
}

}  // namespace mana::kernels
#endif
