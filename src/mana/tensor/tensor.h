#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "mana/tensor/buffer.h"

namespace mana {

class Pool;

/// A matrix [rows, columns] in one or both of two forms: f32 values, row after row without gaps, and factors, the bytes
/// that a matrix kernel multiplies (kernels/factors.h). Both are 64-byte aligned, and not initialised. It owns its
/// memory, which returns to its Pool at the end of its life. Moves, does not copy.
class Tensor {
 public:
  Tensor() = default;
  Tensor(Tensor&& other) noexcept { swap(other); }
  Tensor& operator=(Tensor&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Tensor();

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  float* data() { return memory_.data(); }
  const float* data() const { return memory_.data(); }
  /// Null where nobody made any.
  std::byte* factors() { return reinterpret_cast<std::byte*>(factors_.data()); }
  const std::byte* factors() const { return reinterpret_cast<const std::byte*>(factors_.data()); }
  /// For who changes values that have factors.
  void drop_factors();
  std::span<float> row(std::size_t index) { return {data() + index * columns_, columns_}; }
  std::span<const float> row(std::size_t index) const { return {data() + index * columns_, columns_}; }

 private:
  friend class Pool;
  Tensor(Pool* pool, Buffer<float> memory, std::size_t rows, std::size_t columns)
      : pool_(pool), memory_(std::move(memory)), rows_(rows), columns_(columns) {}
  void swap(Tensor& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(memory_, other.memory_);
    std::swap(factors_, other.factors_);
    std::swap(rows_, other.rows_);
    std::swap(columns_, other.columns_);
  }

  Pool* pool_ = nullptr;
  Buffer<float> memory_;
  Buffer<float> factors_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

/// Memory of tensors whose lives are over, for the ones to come: after the first batch nothing is allocated.
/// For one thread at a time; outlives its tensors.
class Pool {
 public:
  Tensor tensor(std::size_t rows, std::size_t columns);
  /// A tensor of factors alone, `bytes` of them.
  Tensor factors(std::size_t rows, std::size_t columns, std::size_t bytes);
  /// Gives a tensor room for factors, where it has none.
  void add_factors(Tensor& tensor, std::size_t bytes);
  /// The memory of all its tensors, those that live and those whose lives are over.
  std::size_t bytes() const { return bytes_; }

 private:
  friend class Tensor;
  Buffer<float> take(std::size_t size);
  std::vector<Buffer<float>> free_;
  std::size_t bytes_ = 0;
};

}  // namespace mana
