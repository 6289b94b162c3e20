#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "mana/tensor/buffer.h"
#include "mana/tensor/operand_layout.h"

namespace mana {

class Pool;

/// A matrix [rows, columns] in one or both of two forms: f32 values, row after row without gaps, and operands, the
/// bytes that a matrix kernel multiplies. Both are 64-byte aligned, and not initialised. It owns its memory, which
/// returns to its Pool at the end of its life. Moves, does not copy.
class Tensor {
 public:
  Tensor() = default;
  Tensor(Tensor&& other) noexcept { swap(other); }
  Tensor& operator=(Tensor&& other) noexcept {
    Tensor(std::move(other)).swap(*this);  // what was here goes back to its pool now, not at the end of `other`
    return *this;
  }
  ~Tensor();

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  float* data() { return data_; }
  const float* data() const { return data_; }
  /// Null where there are none.
  std::byte* operands() { return reinterpret_cast<std::byte*>(operands_); }
  const std::byte* operands() const { return reinterpret_cast<const std::byte*>(operands_); }
  /// Of the operands that there are.
  const OperandLayout& layout() const { return layout_; }
  /// For who changes values that have operands.
  void drop_operands();
  std::span<float> row(std::size_t index) { return {data() + index * columns_, columns_}; }
  std::span<const float> row(std::size_t index) const { return {data() + index * columns_, columns_}; }

 private:
  friend class Pool;
  Tensor(Pool* pool, float* data, std::size_t rows, std::size_t columns)
      : pool_(pool), data_(data), rows_(rows), columns_(columns) {}
  void swap(Tensor& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(data_, other.data_);
    std::swap(operands_, other.operands_);
    std::swap(layout_, other.layout_);
    std::swap(rows_, other.rows_);
    std::swap(columns_, other.columns_);
  }

  Pool* pool_ = nullptr;
  float* data_ = nullptr;
  float* operands_ = nullptr;
  OperandLayout layout_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

/// Where tensors lie: stretches of memory in which each has its place, and whose gaps become one again when a tensor
/// between them goes. Tensors of any sizes share it, so it takes little more than those that live at once; the same
/// tensors in the same order take the same places, and nothing is allocated.
/// For one thread at a time; outlives its tensors.
class Pool {
 public:
  Tensor tensor(std::size_t rows, std::size_t columns);
  /// A tensor of operands alone.
  Tensor operands(std::size_t rows, std::size_t columns, const OperandLayout& layout);
  /// Gives a tensor room for operands, where it has none.
  void add_operands(Tensor& tensor, const OperandLayout& layout);
  /// How far it has been used: what it costs.
  std::size_t bytes() const;

 private:
  friend class Tensor;
  struct Gap {
    std::size_t begin;  ///< in its stretch
    std::size_t size;
  };
  struct Stretch {
    explicit Stretch(std::size_t size);
    /// Memory in the smallest gap that has room; null without one.
    float* take(std::size_t size);
    void give_back(float* data, std::size_t size);
    bool has(const float* data) const { return data >= memory.data() && data < memory.data() + memory.size(); }

    Buffer<float> memory;     // pages that nobody has written cost nothing
    std::vector<Gap> gaps;    // ascending, no two of them neighbours
    std::size_t reached = 0;  // what lies beyond has never been used
  };

  /// Room for `size` floats; null for none.
  float* take(std::size_t size);
  void give_back(float* data, std::size_t size);

  std::vector<Stretch> stretches_;
};

}  // namespace mana
