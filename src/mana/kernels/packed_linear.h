#pragma once

#include <cstddef>
#include <span>

#include "mana/tensor/buffer.h"

namespace mana::kernels {

/// The weights of a linear map, laid out once for the matrix kernel of one table: panels of `panel_width` outputs,
///   panels[n / panel_width][k][n % panel_width] = W[n][k],  zero beyond the last output.
/// With panel_width 1 this is the row-major [outputs, inputs] of the checkpoints.
class PackedLinear {
 public:
  PackedLinear() = default;
  PackedLinear(std::size_t outputs, std::size_t inputs, std::size_t panel_width);

  /// Puts `weights` [rows, inputs] and `bias` [rows] (or empty: zero) at outputs first, first + 1, …
  void set(std::size_t first, std::span<const float> weights, std::span<const float> bias);

  std::size_t outputs() const { return outputs_; }
  std::size_t inputs() const { return inputs_; }
  std::size_t panel_count() const { return panel_width_ == 0 ? 0 : (outputs_ + panel_width_ - 1) / panel_width_; }
  const float* panels() const { return panels_.data(); }
  const float* bias() const { return bias_.data(); }

 private:
  std::size_t outputs_ = 0;
  std::size_t inputs_ = 0;
  std::size_t panel_width_ = 0;
  Buffer<float> panels_;
  Buffer<float> bias_;
};

}  // namespace mana::kernels
