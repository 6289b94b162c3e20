#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include "mana/base/errors.h"

namespace mana::text {

/// A growing array for hot loops: room is made once for many elements, elements are not initialised, nothing is
/// checked but for the bound where memory is asked for.
template <class T>
class GrowingArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  const T* data() const { return data_.get(); }
  T* data() { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  const T* begin() const { return data_.get(); }
  const T* end() const { return data_.get() + size_; }

  void clear() { size_ = 0; }
  /// From now on there is no memory for more elements than that: throws FormatError. What a file says may ask for any
  /// number of them.
  void set_most(std::size_t most) { most_ = most; }
  /// Drops what lies behind the first `size` elements.
  void cut(std::size_t size) { size_ = size; }
  /// Makes room for `extra` elements behind those there are, and returns where they go.
  T* room(std::size_t extra) {
    if (capacity_ - size_ < extra) grow(extra);
    return data_.get() + size_;
  }
  /// `count` elements were written into the room.
  void added(std::size_t count) { size_ += count; }
  void push_back(const T& value) {
    *room(1) = value;
    ++size_;
  }

 private:
  void grow(std::size_t extra) {
    if (size_ + extra > most_) throw FormatError("a normaliser of the tokenizer makes far too much of a text");
    const std::size_t capacity = std::max({size_ + extra, std::min(capacity_ * 2, most_), std::size_t{32}});
    auto larger = std::make_unique_for_overwrite<T[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), data_.get(), size_ * sizeof(T));
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<T[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t most_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace mana::text
