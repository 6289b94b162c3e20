#pragma once

#include <cstddef>

#include "mana/tensor/operand_layout.h"

namespace mana::kernels {

/// Some rows of a matrix in which operands are made: its own first one is row `first_row`.
struct OperandRows {
  std::byte* operands = nullptr;  ///< of the whole matrix
  std::size_t first_row = 0;
};

/// The operands of x.
struct OperandCall {
  const float* x;  ///< [rows, columns]
  std::size_t rows;
  std::size_t columns;
  OperandRows to;
  const std::byte* rounded = nullptr;  ///< or x as bf16 operands of the whole matrix
};

/// A layout, and how values become operands in it.
struct OperandKernel {
  OperandLayout layout;
  void (*make)(const OperandCall&) = nullptr;             ///< null where values are the operands
  void (*make_of_rounded)(const OperandCall&) = nullptr;  ///< null where they are rounded values, or nothing rounds

  constexpr bool exists() const { return layout.exists(); }
};

}  // namespace mana::kernels
