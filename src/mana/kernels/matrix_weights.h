#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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
/// Integer elements are q = round(W[n][k] / scale[n]) with scale[n] = max_k |W[n][k]| / 127, NaN where a W[n][k] is;
/// the kernels then need scale[n] and scale[n] · Σ_k q beside them.
///
/// All of it is one block of bytes, which can be saved and mapped again: panels, bias, scales, row sums, each from a
/// multiple of 64 bytes. Packed models hold it: who changes it raises formats::kPackedVersion.
class MatrixWeights {
 public:
  MatrixWeights() = default;
  /// A shape; the weights come with set() or view().
  MatrixWeights(std::size_t outputs, std::size_t inputs, const WeightLayout& layout);

  /// Puts `weights` [rows, inputs] and `bias` [rows] (or empty: zero) at outputs first, first + 1, …
  void set(std::size_t first, std::span<const float> weights, std::span<const float> bias);

  /// Memory for weights that training changes, all zero; they come with lay_out().
  void allocate();
  /// The same in memory that the caller has and keeps: byte_size() bytes, 64-byte aligned, of any content.
  void allocate_in(std::span<std::byte> memory);
  /// Lays out panels [first_panel, last_panel) of `weights`: [outputs, inputs], or [inputs, outputs] `transposed`; with
  /// `bias` [outputs] (or null: zero). In f32 or bf16, after allocate(); threads may do a panel each. The plain way,
  /// beside the fast one of GradientTable.
  void lay_out(const float* weights, bool transposed, const float* bias, std::size_t first_panel,
               std::size_t last_panel);

  /// Takes the weights from memory that `owner` keeps alive, 64-byte aligned: bytes() of a map of the same shape and
  /// layout. Throws ArgumentError when there are not byte_size() of them.
  void view(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);
  /// Outputs [first, first + count) of this map as one by itself, which reads the same memory: nothing is copied, and
  /// this map has to outlive it. `first` is a multiple of the panels' width and of 16. It has no bytes() of its own.
  MatrixWeights outputs_from(std::size_t first, std::size_t count) const;
  /// Everything that the kernels read; empty before the weights are there.
  std::span<const std::byte> bytes() const { return bytes_; }
  std::size_t byte_size() const;

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
    return reinterpret_cast<const Element*>(bytes_.data() + index * panel_bytes());
  }
  std::byte* own_panel(std::size_t index) { return const_cast<std::byte*>(panel<std::byte>(index)); }
  float* own_bias() { return own_values(0); }          ///< like own_panel(), after allocate()
  const float* bias() const { return values(0); }      ///< [panels · panel_width]
  const float* scales() const { return values(1); }    ///< [panels · panel_width], integers only
  const float* row_sums() const { return values(2); }  ///< scale · Σ q; [panels · panel_width], integers only

 private:
  void place(std::span<const std::byte> bytes);
  const float* values(std::size_t kind) const { return reinterpret_cast<const float*>(values_ + kind * values_bytes_); }
  float* own_values(std::size_t kind) { return const_cast<float*>(values(kind)); }
  template <class Stored, class Value, class Convert>
  void scatter(std::size_t first, std::span<const Value> values, const Convert& convert);
  void set_integers(std::size_t first, std::span<const float> weights);

  std::size_t outputs_ = 0;
  std::size_t inputs_ = 0;
  WeightLayout layout_;
  std::span<const std::byte> bytes_;   // in memory_ or at the owner's
  const std::byte* values_ = nullptr;  // behind the panels
  std::size_t values_bytes_ = 0;
  Buffer<std::byte> memory_;
  std::shared_ptr<const void> owner_;
};

}  // namespace mana::kernels
