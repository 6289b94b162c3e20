#include "mana/tensor/tensor.h"

#include <algorithm>
#include <bit>

namespace mana {
namespace {

/// Sizes are rounded up to eighths of a power of two, so that batches of nearly equal size share their memory.
std::size_t rounded(std::size_t size) {
  const std::size_t step = std::max<std::size_t>(std::bit_floor(size) / 8, 1024);
  return (size + step - 1) / step * step;
}

}  // namespace

Tensor::~Tensor() {
  drop_factors();
  if (memory_.data() != nullptr) pool_->free_.push_back(std::move(memory_));
}

void Tensor::drop_factors() {
  if (factors_.data() != nullptr) pool_->free_.push_back(std::move(factors_));
}

Tensor Pool::tensor(std::size_t rows, std::size_t columns) { return {this, take(rows * columns), rows, columns}; }

Tensor Pool::factors(std::size_t rows, std::size_t columns, std::size_t bytes) {
  Tensor tensor(this, {}, rows, columns);
  add_factors(tensor, bytes);
  return tensor;
}

void Pool::add_factors(Tensor& tensor, std::size_t bytes) {
  if (tensor.factors_.data() == nullptr) tensor.factors_ = take((bytes + sizeof(float) - 1) / sizeof(float));
}

Buffer<float> Pool::take(std::size_t wanted) {
  const std::size_t size = rounded(wanted);
  // The smallest that is large enough.
  auto best = free_.end();
  for (auto it = free_.begin(); it != free_.end(); ++it) {
    if (it->size() >= size && (best == free_.end() || it->size() < best->size())) best = it;
  }
  if (best == free_.end()) {
    bytes_ += size * sizeof(float);
    return Buffer<float>(size);
  }
  std::swap(*best, free_.back());
  Buffer<float> memory = std::move(free_.back());
  free_.pop_back();
  return memory;
}

}  // namespace mana
