#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mana::autograd {

/// A tensor that training changes: its f32 values, which are the truth that every laid-out or rounded copy is made of,
/// and the gradient of the loss of one step. The memory is the model's.
struct Parameter {
  std::string name;  ///< that of the checkpoint: "encoder.layer.0.attention.self.query.weight"
  std::size_t rows = 1;
  std::size_t columns = 0;
  std::span<float> values;    ///< [rows, columns]
  std::span<float> gradient;  ///< [rows, columns], zero at the start of a step
  bool decays = true;         ///< weight decay applies: to matrices, not to biases and norms
  bool frozen = false;        ///< keeps its values; no gradient is computed for it
  float rate_scale = 1;       ///< times the learning rate
  std::size_t depth = 0;      ///< how many layers of the model's stack lie below it, its own included (nn/parts.h)

  /// Of a table whose rows are looked up: the rows that this step's gradient touched, ascending, each once. The others
  /// are zero, and cost nothing.
  bool sparse = false;
  std::vector<std::uint32_t> touched;

  std::size_t size() const { return rows * columns; }
  std::span<float> row(std::size_t index) const { return values.subspan(index * columns, columns); }
  std::span<float> gradient_row(std::size_t index) const { return gradient.subspan(index * columns, columns); }
};

}  // namespace mana::autograd
