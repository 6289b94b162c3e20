#pragma once

#include <cstddef>
#include <cstdint>

#include "mana/tensor/buffer.h"

namespace mana::word2vec {

/// Rows of `dimensions` values, padded with zeros to whole cache lines.
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t dimensions);

  float* row(std::size_t index) { return values_.data() + index * width_; }
  const float* row(std::size_t index) const { return values_.data() + index * width_; }
  std::size_t rows() const { return rows_; }
  std::size_t dimensions() const { return dimensions_; }
  std::size_t width() const { return width_; }

 private:
  std::size_t rows_ = 0;
  std::size_t dimensions_ = 0;
  std::size_t width_ = 0;
  Buffer<float> values_;
};

/// What is trained: the vectors of words and of their parts, which are the result, and those that they are multiplied
/// with.
struct Matrices {
  Matrix inputs;   ///< [words + buckets, dimensions]
  Matrix outputs;  ///< [words or inner nodes of the tree, dimensions]

  /// Inputs are uniform in ±1/(2 · dimensions), as word2vec.c has them; outputs are zero.
  static Matrices initial(std::size_t inputs, std::size_t outputs, std::size_t dimensions, std::uint64_t seed);
  Matrices copy() const;
};

}  // namespace mana::word2vec
