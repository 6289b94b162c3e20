// The kernels of training, compiled like those of tables.cc.
#include "mana/kernels/gradients.h"

#include "mana/kernels/cpu/tables.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mana/kernels/cpu/gradients.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file once for each target.
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/activation_gradient-inl.h"
#include "mana/kernels/cpu/attention_gradient-inl.h"
#include "mana/kernels/cpu/cross_entropy-inl.h"
#include "mana/kernels/cpu/dropout-inl.h"
#include "mana/kernels/cpu/int8-inl.h"
#include "mana/kernels/cpu/lay_out-inl.h"
#include "mana/kernels/cpu/linear-inl.h"
#include "mana/kernels/cpu/norm_gradient-inl.h"
#include "mana/kernels/cpu/update-inl.h"
#include "mana/kernels/cpu/weight_gradient-inl.h"
#if HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/bf16_operands-inl.h"
#include "mana/kernels/cpu/tile_weight_gradient-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

template <class Operands>
constexpr GradientTable make_gradient_table(Precision precision) {
  return {.isa = HWY_TARGET == HWY_AVX3 ? Isa::avx512 : Isa::avx2,
          .precision = precision,
          .weight_gradient = WeightGradient<Operands>::run,
          .weight_gradient_scratch = WeightGradient<Operands>::scratch,
          .lay_out = lay_out<Operands>,
          .activate = activate_all<Operands>,
          .activation_gradient = activation_gradient,
          .dropout = dropout,
          .add_norm = add_norm_forward,
          .norm_value = norm_value,
          .add_norm_gradient = add_norm_gradient,
          .add_rows = add_rows,
          .attention = attention,
          .attention_scratch = attention_scratch,
          .attention_gradient = attention_gradient,
          .attention_gradient_scratch = attention_gradient_scratch,
          .embedding_gradient = embedding_gradient,
          .add = add,
          .logit_sums = logit_sums,
          .cross_entropy_gradient = cross_entropy_gradient,
          .adamw = adamw,
          .sum_of_squares = sum_of_squares};
}

inline constexpr GradientTable kGradientsF32 = make_gradient_table<PlainOperand>(Precision::f32);
#if HWY_TARGET == HWY_AVX3
inline constexpr GradientTable kGradientsBf16 = make_gradient_table<Bf16Operands>(Precision::bf16);
inline constexpr GradientTable kGradientsBf16Amx = [](GradientTable table) {
  table.isa = Isa::amx;
  table.weight_gradient = TileWeightGradient::run;
  table.weight_gradient_scratch = TileWeightGradient::scratch;
  return table;
}(kGradientsBf16);
#endif

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace mana::kernels {

const GradientTable& cpu_gradient_table(Isa isa, Precision precision) {
  if (precision == Precision::bf16) return isa == Isa::amx ? N_AVX3::kGradientsBf16Amx : N_AVX3::kGradientsBf16;
  return isa >= Isa::avx512 ? N_AVX3::kGradientsF32 : N_AVX2::kGradientsF32;
}

}  // namespace mana::kernels
#endif
