// The kernels of word vectors, compiled for AVX2 and for AVX-512.
#include "mana/kernels/cpu/tables.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mana/kernels/cpu/word_vectors.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file once for each target.
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/word_vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

inline constexpr WordKernels kWordKernels = {
    HWY_TARGET == HWY_AVX3 ? Isa::avx512 : Isa::avx2, logistic, gather, scatter, mean, spread};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace mana::kernels {

const WordKernels& cpu_word_kernels(Isa isa) {
  return isa >= Isa::avx512 ? N_AVX3::kWordKernels : N_AVX2::kWordKernels;
}

}  // namespace mana::kernels
#endif
