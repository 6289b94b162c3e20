// Attention to keys and values that stay, compiled like the kernels of tables.cc.
#include "mana/kernels/cpu/tables.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mana/kernels/cpu/attention_steps.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file once for each target.
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/attention_step-inl.h"
#include "mana/kernels/cpu/int8-inl.h"  // what tiles are written with, in the same targets as everywhere
#include "mana/kernels/cpu/linear-inl.h"
#if HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/bf16_attention_step-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

template <class Step>
constexpr AttentionSteps make_steps(void (*append)(const AppendCall&)) {
  return {Step::kLayout, append, attention_step<Step>, attention_step_scratch<Step>};
}

inline constexpr AttentionSteps kF32Steps = make_steps<F32Step>(append);
#if HWY_TARGET == HWY_AVX3
inline constexpr AttentionSteps kPairSteps = make_steps<PairStep>(append_pairs<PairStep>);
inline constexpr AttentionSteps kTileSteps = make_steps<TileStep>(append_pairs<TileStep>);
#endif

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace mana::kernels {

const AttentionSteps& cpu_attention_steps(const Table& table) {
  if (table.rounds()) return table.isa == Isa::amx ? N_AVX3::kTileSteps : N_AVX3::kPairSteps;
  return table.isa >= Isa::avx512 ? N_AVX3::kF32Steps : N_AVX2::kF32Steps;
}

}  // namespace mana::kernels
#endif
