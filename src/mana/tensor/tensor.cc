#include "mana/tensor/tensor.h"

#include <sanitizer/asan_interface.h>

#include <algorithm>
#include <utility>

namespace mana {
namespace {

constexpr std::size_t kLine = 16;  // floats: 64 bytes
constexpr std::size_t kLeastStretch = (std::size_t{1} << 20) / sizeof(float);

/// Whole lines, with a gap behind the values in which AddressSanitizer finds who goes too far.
std::size_t room_for(std::size_t size) { return (size / kLine + 1) * kLine; }

std::size_t floats_for(const Tensor& tensor, const OperandLayout& layout) {
  return layout.bytes(tensor.rows(), tensor.columns()) / sizeof(float);
}

}  // namespace

Tensor::~Tensor() {
  drop_operands();
  if (data_ != nullptr) pool_->give_back(data_, rows_ * columns_);
}

void Tensor::drop_operands() {
  if (operands_ == nullptr) return;
  pool_->give_back(std::exchange(operands_, nullptr), floats_for(*this, layout_));
  layout_ = {};
}

Tensor Pool::tensor(std::size_t rows, std::size_t columns) { return {this, take(rows * columns), rows, columns}; }

Tensor Pool::operands(std::size_t rows, std::size_t columns, const OperandLayout& layout) {
  Tensor tensor(this, nullptr, rows, columns);
  add_operands(tensor, layout);
  return tensor;
}

void Pool::add_operands(Tensor& tensor, const OperandLayout& layout) {
  if (tensor.operands_ != nullptr) return;
  tensor.operands_ = take(floats_for(tensor, layout));
  tensor.layout_ = layout;
}

float* Pool::take(std::size_t size) {
  if (size == 0) return nullptr;
  const std::size_t room = room_for(size);
  // Stretches in their order, so that a second pass finds what the first one found, whatever has been added since.
  float* data = nullptr;
  for (auto stretch = stretches_.begin(); data == nullptr && stretch != stretches_.end(); ++stretch) {
    data = stretch->take(room);
  }
  if (data == nullptr) {
    std::size_t all = 0;
    for (const Stretch& stretch : stretches_) all += stretch.memory.size();
    stretches_.emplace_back(std::max({room, all, kLeastStretch}));
    data = stretches_.back().take(room);
  }
  ASAN_UNPOISON_MEMORY_REGION(data, size * sizeof(float));
  return data;
}

void Pool::give_back(float* data, std::size_t size) {
  ASAN_POISON_MEMORY_REGION(data, size * sizeof(float));
  std::ranges::find_if(stretches_, [&](const Stretch& stretch) {
    return stretch.has(data);
  })->give_back(data, room_for(size));
}

std::size_t Pool::bytes() const {
  std::size_t floats = 0;
  for (const Stretch& stretch : stretches_) floats += stretch.reached;
  return floats * sizeof(float);
}

Pool::Stretch::Stretch(std::size_t size) : memory(size), gaps{{0, size}} {
  ASAN_POISON_MEMORY_REGION(memory.data(), size * sizeof(float));
}

float* Pool::Stretch::take(std::size_t size) {
  auto best = gaps.end();
  for (auto gap = gaps.begin(); gap != gaps.end(); ++gap) {
    if (gap->size >= size && (best == gaps.end() || gap->size < best->size)) best = gap;
  }
  if (best == gaps.end()) return nullptr;
  const std::size_t begin = best->begin;
  best->begin += size;
  best->size -= size;
  if (best->size == 0) gaps.erase(best);
  reached = std::max(reached, begin + size);
  return memory.data() + begin;
}

void Pool::Stretch::give_back(float* data, std::size_t size) {
  const auto begin = static_cast<std::size_t>(data - memory.data());
  const auto after = std::ranges::lower_bound(gaps, begin, {}, &Gap::begin);
  const bool joins_after = after != gaps.end() && begin + size == after->begin;
  const bool joins_before = after != gaps.begin() && (after - 1)->begin + (after - 1)->size == begin;
  if (joins_before && joins_after) {
    (after - 1)->size += size + after->size;
    gaps.erase(after);
  } else if (joins_before) {
    (after - 1)->size += size;
  } else if (joins_after) {
    after->begin = begin;
    after->size += size;
  } else {
    gaps.insert(after, {begin, size});
  }
}

}  // namespace mana
