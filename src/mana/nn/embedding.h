#pragma once

#include <memory>
#include <span>
#include <vector>

#include "mana/nn/training.h"
#include "mana/operations/lookup.h"
#include "mana/tensor/dtype.h"

namespace mana::nn {

/// A table of vectors, one for each id, looked up where it lies: rows of a mapped file cost memory only when they are
/// touched. Stored as f32, f16 or bf16.
class EmbeddingTable {
 public:
  EmbeddingTable() = default;
  /// A shape, without vectors.
  EmbeddingTable(std::size_t rows, std::size_t width) : rows_(rows), width_(width) {}
  /// `bytes`: [rows, width] elements of `dtype`, kept alive by `owner`.
  EmbeddingTable(std::span<const std::byte> bytes, DType dtype, std::size_t width, std::shared_ptr<const void> owner);

  std::size_t rows() const { return rows_; }
  std::size_t width() const { return width_; }
  DType dtype() const { return dtype_; }
  std::span<const std::byte> bytes() const { return bytes_; }  ///< [rows, width]

  /// What operations look up.
  operations::StoredRows stored() const { return {bytes_, dtype_, width_}; }
  /// sum += table[id]      sum: [width]
  void add(std::size_t id, std::span<float> sum) const { stored().add(id, sum); }

 private:
  std::span<const std::byte> bytes_;
  DType dtype_ = DType::f32;
  std::size_t rows_ = 0;
  std::size_t width_ = 0;
  std::shared_ptr<const void> owner_;
};

/// The gradient of y_t = table[ids[t]] for every token:   dtable[ids[t]] += dy_t      dy: [tokens, width]
/// Without ids all tokens are of row 0. Nothing for a frozen table.
void add_lookup_gradient(const Training& training, const EmbeddingTable& table, std::span<const std::int32_t> ids,
                         const Tensor& dy);

/// The gradient of y_t = table[place of t in its text]. Nothing for a frozen table.
void add_place_gradient(const Training& training, const EmbeddingTable& table, Sequences texts, const Tensor& dy);

/// Adds the rows `ids` to those that a sparse table's gradient touches.
void touch(Parameter& parameter, std::span<const std::int32_t> ids);

}  // namespace mana::nn
