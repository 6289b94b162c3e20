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
  if (pool_ != nullptr) pool_->free_.push_back(std::move(memory_));
}

Tensor Pool::tensor(std::size_t rows, std::size_t columns) {
  const std::size_t size = rounded(rows * columns);
  // The smallest that is large enough.
  auto best = free_.end();
  for (auto it = free_.begin(); it != free_.end(); ++it) {
    if (it->size() >= size && (best == free_.end() || it->size() < best->size())) best = it;
  }
  if (best == free_.end()) {
    bytes_ += size * sizeof(float);
    return {this, Buffer<float>(size), rows, columns};
  }
  std::swap(*best, free_.back());
  Buffer<float> memory = std::move(free_.back());
  free_.pop_back();
  return {this, std::move(memory), rows, columns};
}

}  // namespace mana
