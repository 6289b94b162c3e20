#pragma once

#include <cstddef>

#include "mana/tensor/factor_layout.h"

namespace mana::kernels {

/// Some rows of a matrix in which factors are made: its own first one is row `first_row`.
struct FactorRows {
  std::byte* factors = nullptr;  ///< of the whole matrix
  std::size_t first_row = 0;
};

/// The factors of x.
struct FactorCall {
  const float* x;  ///< [rows, columns]
  std::size_t rows;
  std::size_t columns;
  FactorRows to;
  const std::byte* rounded = nullptr;  ///< or x as bf16 factors of the whole matrix
};

/// A layout, and how values become factors in it.
struct FactorKernel {
  FactorLayout layout;
  void (*make)(const FactorCall&) = nullptr;             ///< null where values are the factors
  void (*make_of_rounded)(const FactorCall&) = nullptr;  ///< null where they are rounded values, or nothing rounds

  constexpr bool exists() const { return layout.exists(); }
};

}  // namespace mana::kernels
