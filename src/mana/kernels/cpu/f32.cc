// The f32 kernels, written once and compiled for AVX2 and for AVX-512. Only what stands between HWY_BEFORE_NAMESPACE
// and HWY_AFTER_NAMESPACE is compiled for the higher instruction sets, so nothing of theirs leaks into shared code.
#include "mana/kernels/cpu/f32.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mana/kernels/cpu/f32.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file once for each target.
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/attention-inl.h"
#include "mana/kernels/cpu/linear-inl.h"
#include "mana/kernels/cpu/norm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

const Table& f32_table() {
  static constexpr Table kTable = {
      HWY_TARGET == HWY_AVX3 ? Isa::avx512 : Isa::avx2, kPanelWidth, linear, add_norm, attention, attention_scratch};
  return kTable;
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace mana::kernels {

const Table& f32_table_avx2() { return N_AVX2::f32_table(); }
const Table& f32_table_avx512() { return N_AVX3::f32_table(); }

}  // namespace mana::kernels
#endif
