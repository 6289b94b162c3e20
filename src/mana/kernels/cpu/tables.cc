// The kernels, written once and compiled for AVX2 and for AVX-512 (with AMX beside it). Only what stands between
// HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE is compiled for the higher instruction sets, so nothing of theirs leaks
// into shared code.
#include "mana/kernels/cpu/tables.h"
#include "mana/kernels/processor.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mana/kernels/cpu/tables.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file once for each target.
#include <hwy/highway.h>

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/attention-inl.h"
#include "mana/kernels/cpu/int8-inl.h"
#include "mana/kernels/cpu/linear-inl.h"
#include "mana/kernels/cpu/norm-inl.h"
#if HWY_TARGET == HWY_AVX3
#include "mana/kernels/cpu/bf16-inl.h"
#include "mana/kernels/cpu/bf16_attention-inl.h"
#include "mana/kernels/cpu/quantise_rounded-inl.h"
#include "mana/kernels/cpu/tile_linear-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

template <class Operands>
constexpr OperandKernel operand_kernel() {
  return {Operands::kLayout, Operands::kLayout.exists() ? make_operands<Operands> : nullptr};
}

template <class Scheme>
constexpr Table make_table(Precision precision, WeightLayout::Element element, std::size_t group) {
  return {HWY_TARGET == HWY_AVX3 ? Isa::avx512 : Isa::avx2,
          precision,
          {element, kPanelWidth, group},
          {},
          operand_kernel<typename Scheme::Operands>(),
          linear<Scheme>,
          no_scratch,
          add_norm<typename Scheme::Operands>,
          attention,
          attention_scratch};
}

using Element = WeightLayout::Element;
inline constexpr Table kF32 = make_table<F32Products>(Precision::f32, Element::f32, 1);
inline constexpr Table kInt8 = make_table<Int8Scheme<MultiplyAddPairs>>(Precision::int8, Element::i16, 2);
inline constexpr Table kInt8Vnni = make_table<Int8Scheme<DotFours>>(Precision::int8, Element::i8, 4);
#if HWY_TARGET == HWY_AVX3
/// What is multiplied next is handed on in bf16.
template <class Unit>
constexpr Table rounding(Table table) {
  table.rounded = operand_kernel<RoundedOperands<Unit::kTogether>>();
  if (table.operands.layout.has_ranges()) table.operands.make_of_rounded = quantise_rounded<Unit::kTogether>;
  table.attention = bf16_attention<Unit>;
  table.attention_scratch = bf16_attention_scratch;
  return table;
}

/// The weights laid out are those of AVX-512, and so is what is no product.
template <class Scheme>
constexpr Table on_tiles(Table table) {
  table.isa = Isa::amx;
  table.operands = operand_kernel<typename Scheme::Operands>();
  table.linear = tile_linear<Scheme>;
  table.linear_scratch = tile_scratch<Scheme>;
  table.add_norm = add_norm<typename Scheme::Operands>;
  return table;
}

inline constexpr Table kBf16 = rounding<VectorUnit>(make_table<Bf16Scheme>(Precision::bf16, Element::bf16, 2));
inline constexpr Table kBf16Amx = rounding<TileUnit>(on_tiles<Bf16Tiles>(kBf16));
inline constexpr Table kInt8Bf16 = rounding<VectorUnit>(kInt8Vnni);
inline constexpr Table kInt8Amx = rounding<TileUnit>(on_tiles<Int8Tiles>(kInt8Vnni));
#endif

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace mana::kernels {

namespace {

/// Integers are for linear maps; what stands between these is in bf16 where that is fast, else in f32.
const Table& int8_table(Isa isa) {
  if (isa == Isa::amx) return N_AVX3::kInt8Amx;
  if (isa == Isa::avx512) {
    if (!processor().avx512_vnni) return N_AVX3::kInt8;
    return automatic_precision(isa) == Precision::bf16 ? N_AVX3::kInt8Bf16 : N_AVX3::kInt8Vnni;
  }
  return processor().avx_vnni ? N_AVX2::kInt8Vnni : N_AVX2::kInt8;
}

}  // namespace

const Table& cpu_table(Isa isa, Precision precision) {
  switch (precision) {
    case Precision::f32: return isa >= Isa::avx512 ? N_AVX3::kF32 : N_AVX2::kF32;
    case Precision::bf16: return isa == Isa::amx ? N_AVX3::kBf16Amx : N_AVX3::kBf16;
    case Precision::int8: return int8_table(isa);
  }
  return N_AVX2::kF32;
}

}  // namespace mana::kernels
#endif
