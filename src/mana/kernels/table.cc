#include "mana/kernels/table.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <string_view>

#include "mana/kernels/cpu/tables.h"
#include "mana/kernels/matrix_weights.h"
#include "mana/kernels/reference/attention_call.h"
#include "mana/kernels/reference/linear.h"
#include "mana/kernels/reference/norm.h"

namespace mana::kernels {
namespace {

using Element = WeightLayout::Element;

/// The reference kernels in the tables' calling convention: a panel is one output and a group one input, so the
/// laid-out weights are the plain ones.
void linear_f32(const LinearCall& call) {
  const MatrixWeights& w = call.weights;
  const std::size_t n = call.first_panel;
  reference::linear(call.x, call.rows, w.panel<float>(n), w.bias() + n, w.inputs(), call.last_panel - n,
                    call.activation, call.y + n, w.outputs());
}

void linear_bf16(const LinearCall& call) {
  const MatrixWeights& w = call.weights;
  const std::size_t n = call.first_panel;
  reference::linear_bf16(call.x, call.rows, w.panel<std::uint16_t>(n), w.bias() + n, w.inputs(), call.last_panel - n,
                         call.activation, call.y + n, w.outputs());
}

void linear_int8(const LinearCall& call) {
  const MatrixWeights& w = call.weights;
  const std::size_t n = call.first_panel;
  reference::linear_int8(call.x, call.rows, w.panel<std::int8_t>(n), w.scales() + n, w.row_sums() + n, w.bias() + n,
                         w.inputs(), call.last_panel - n, call.activation, call.y + n, w.outputs());
}

void add_norm(const AddNormCall& call) {
  reference::add_norm(call.x, call.y, call.rows, call.width, call.gamma, call.beta, call.epsilon, call.z, call.sum);
}

constexpr Table reference_table(Precision precision, Element element, void (*linear)(const LinearCall&),
                                void (*attention)(const AttentionCall&)) {
  return {Isa::portable,
          precision,
          {element, 1, 1},
          {},  // the definitions round where they multiply
          {},
          linear,
          [](std::size_t, std::size_t) { return std::size_t{0}; },
          add_norm,
          attention,
          reference::attention_scratch};
}

constexpr Table kF32 = reference_table(Precision::f32, Element::f32, linear_f32, reference::attention<>);
constexpr Table kBf16 =
    reference_table(Precision::bf16, Element::bf16, linear_bf16, reference::attention<reference::RoundToBf16>);
constexpr Table kInt8 = reference_table(Precision::int8, Element::i8, linear_int8, reference::attention<>);

}  // namespace

std::string name_of(const WeightLayout& layout) {
  constexpr std::array<std::string_view, 4> kElements = {"f32", "bf16", "i16", "i8"};
  return fmt::format("{}-{}x{}", kElements[static_cast<std::size_t>(layout.element)], layout.panel_width, layout.group);
}

const Table& table(Isa isa, Precision precision) {
  if (isa != Isa::portable) return cpu_table(isa, precision);
  switch (precision) {
    case Precision::f32: return kF32;
    case Precision::bf16: return kBf16;
    case Precision::int8: return kInt8;
  }
  return kF32;
}

}  // namespace mana::kernels
