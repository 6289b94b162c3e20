// The kernels of word vectors, compiled for AVX2 and for AVX-512; the definitions stand in for what lies below.
#include "mana/kernels/word_vectors.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mana/kernels/cpu/word_vectors.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file once for each target.
#include <hwy/highway.h>

#include "mana/kernels/reference/word_vectors.h"

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
namespace {

void reference_logistic(const LogisticCall& call) {
  reference::logistic(call.x, call.inputs, call.y, call.labels, call.steps, call.outputs, call.width, call.dx,
                      call.scratch);
}

constexpr WordKernels kReference = {Isa::reference,           reference_logistic,
                                    reference::gather<float>, reference::scatter<float>,
                                    reference::mean<float>,   reference::spread<float>};

}  // namespace

/// The vectorised kernels write up to a vector behind the values that they need.
std::size_t logistic_scratch(std::size_t inputs, std::size_t outputs) { return inputs * outputs + 2 * kRowMultiple; }

const WordKernels& word_kernels(Isa isa) {
  if (isa == Isa::reference) return kReference;
  return isa >= Isa::avx512 ? N_AVX3::kWordKernels : N_AVX2::kWordKernels;
}

}  // namespace mana::kernels
#endif
