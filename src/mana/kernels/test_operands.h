#pragma once

#include <cstring>
#include <vector>

#include "mana/kernels/table.h"
#include "mana/tensor/buffer.h"
#include "mana/tensor/dtype.h"

namespace mana::kernels {

/// What a kernel takes instead of x [rows, columns]; empty where that is x.
inline Buffer<std::byte> operands_of(const OperandKernel& kernel, const float* x, std::size_t rows,
                                     std::size_t columns) {
  Buffer<std::byte> operands(kernel.layout.bytes(rows, columns));
  if (kernel.exists()) kernel.make({x, rows, columns, {operands.data(), 0}});
  return operands;
}

/// The values of bf16 operands.
inline std::vector<float> values_of(const OperandLayout& layout, const std::byte* operands, std::size_t rows,
                                    std::size_t columns) {
  std::vector<float> values(rows * columns);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < columns; ++i) {
      std::uint16_t bits = 0;
      const std::size_t line = line_offset(row, i / 32, layout.lines(columns), layout.rows_together);
      std::memcpy(&bits, operands + line + i % 32 * sizeof bits, sizeof bits);
      values[row * columns + i] = bfloat16_to_float(bits);
    }
  }
  return values;
}

inline std::vector<float> rounded_to_bf16(std::vector<float> values) {
  for (float& value : values) value = bfloat16_to_float(float_to_bfloat16(value));
  return values;
}

}  // namespace mana::kernels
