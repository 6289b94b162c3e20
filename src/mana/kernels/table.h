#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "mana/kernels/activation.h"
#include "mana/kernels/attention.h"
#include "mana/kernels/isa.h"
#include "mana/kernels/operands.h"
#include "mana/kernels/precision.h"

namespace mana::kernels {

class MatrixWeights;

/// How a matrix kernel wants its weights: panels of `panel_width` outputs, in which `group` consecutive inputs of an
/// output stand side by side (what one dot-product instruction takes), as elements of one kind.
struct WeightLayout {
  enum class Element : std::uint8_t { f32, bf16, i16, i8 };
  Element element = Element::f32;
  std::size_t panel_width = 1;
  std::size_t group = 1;

  bool operator==(const WeightLayout&) const = default;
};

/// "bf16-32x2": elements, panel width, group.
std::string name_of(const WeightLayout& layout);

/// y = f(x W + b) for the outputs of panels [first_panel, last_panel). x is values, or operands where the table has
/// them; y is values, or rounded where the table does that.
struct LinearCall {
  const float* x;  ///< [rows, inputs]; unused where `operands` are needed
  std::size_t rows;
  const MatrixWeights& weights;  ///< W and b, in the layout of the table that is called
  Activation activation;
  float* y;  ///< [rows, outputs]; unused where `y_rounded` is given
  std::size_t first_panel;
  std::size_t last_panel;
  std::byte* scratch;                   ///< linear_scratch(rows, inputs) bytes, 64-byte aligned
  const std::byte* operands = nullptr;  ///< x in the table's layout, where it has one
  std::byte* y_rounded = nullptr;       ///< where the table rounds
};

/// h = x + y,   z = LayerNorm(h), row by row; y may be null. z may be x or y.
struct AddNormCall {
  const float* x;  ///< [rows, width]
  const float* y;  ///< [rows, width] or null
  std::size_t rows;
  std::size_t width;
  const float* gamma;  ///< [width]
  const float* beta;   ///< [width]
  float epsilon;
  float* z;                   ///< [rows, width]
  OperandRows operands = {};  ///< of z in the table's layout, or nowhere
  float* sum = nullptr;       ///< h [rows, width], where it is kept: x, y or other memory than z's
};

/// The kernels of one instruction-set level and precision. In each, the order in which an output element is summed
/// depends on the shape of its own row or text alone, never on the rows beside it or on how the work is split (P1).
struct Table {
  Isa isa;
  Precision precision;
  WeightLayout layout;
  OperandKernel rounded;   ///< bf16, in which kernels hand on what is multiplied next; none: as values
  OperandKernel operands;  ///< of x in a linear map: none, the rounded ones, or integers
  void (*linear)(const LinearCall&);
  std::size_t (*linear_scratch)(std::size_t rows, std::size_t inputs);
  void (*add_norm)(const AddNormCall&);
  void (*attention)(const AttentionCall&);  ///< a table that rounds takes Q, K and V rounded, and attends in bf16
  std::size_t (*attention_scratch)(const AttentionCall&);  ///< grows with queries and keys

  bool rounds() const { return rounded.exists(); }
};

/// The kernels of a level that the processor has (isa.h: choose_isa), for a precision that is available() there. A
/// level without kernels of its own uses those of the level below.
const Table& table(Isa isa, Precision precision = Precision::f32);

}  // namespace mana::kernels
