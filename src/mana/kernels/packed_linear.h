#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mana/kernels/table.h"
#include "mana/tensor/buffer.h"

namespace mana::kernels {

/// The weights of a linear map, laid out once for the matrix kernel of one table, w panels of width p in groups of g:
///   panels[n / p][k / g][n % p][k % g] = W[n][k],  zero beyond the last output and input.
/// With p = g = 1 this is the row-major [outputs, inputs] of the checkpoints. Else a panel has a whole multiple of 16
/// groups: 16 groups of 32 outputs, 4 bytes each, are two tiles of a matrix unit side by side, so that it reads the
/// panels of the vector kernels.
///
/// Integer elements are q = round(W[n][k] / scale[n]) with scale[n] = max_k |W[n][k]| / 127; the kernels then need
/// scale[n] and scale[n] · Σ_k q beside them.
class PackedLinear {
 public:
  PackedLinear() = default;
  PackedLinear(std::size_t outputs, std::size_t inputs, const WeightLayout& layout);

  /// Puts `weights` [rows, inputs] and `bias` [rows] (or empty: zero) at outputs first, first + 1, …
  void set(std::size_t first, std::span<const float> weights, std::span<const float> bias);

  std::size_t outputs() const { return outputs_; }
  std::size_t inputs() const { return inputs_; }
  const WeightLayout& layout() const { return layout_; }
  std::size_t panel_count() const { return (outputs_ + layout_.panel_width - 1) / layout_.panel_width; }
  /// Groups of inputs, without those that only pad a panel: what one step of a vector kernel's inner loop takes.
  std::size_t depth() const { return (inputs_ + layout_.group - 1) / layout_.group; }

  std::size_t panel_bytes() const;

  /// The first element of a panel.
  template <class Element>
  const Element* panel(std::size_t index) const {
    return reinterpret_cast<const Element*>(panels_.data() + index * panel_bytes());
  }
  const float* bias() const { return bias_.data(); }          ///< [panels · panel_width]
  const float* scales() const { return scales_.data(); }      ///< [panels · panel_width], integers only
  const float* row_sums() const { return row_sums_.data(); }  ///< scale · Σ q; [panels · panel_width], integers only

 private:
  template <class Stored, class Value, class Convert>
  void scatter(std::size_t first, std::span<const Value> values, const Convert& convert);
  void set_integers(std::size_t first, std::span<const float> weights);

  std::size_t outputs_ = 0;
  std::size_t inputs_ = 0;
  WeightLayout layout_;
  Buffer<std::byte> panels_;
  Buffer<float> bias_;
  Buffer<float> scales_;
  Buffer<float> row_sums_;
};

}  // namespace mana::kernels
