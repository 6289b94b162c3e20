#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace mana {

/// Zeroed, 64-byte aligned memory for `size` elements; owns it, moves, does not copy.
/// A large one comes from the system as untouched pages, so what is never written costs no memory.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr std::size_t kAlignment = 64;

  Buffer() = default;
  explicit Buffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    const std::size_t bytes = (size * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    // calloc knows which pages are fresh from the system and need no clearing; aligned_alloc does not.
    memory_.reset(std::calloc(1, bytes + kAlignment));
    if (!memory_) throw std::bad_alloc();
    void* aligned = memory_.get();
    std::size_t room = bytes + kAlignment;
    data_ = static_cast<T*>(std::align(kAlignment, bytes, aligned, room));
  }
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  void swap(Buffer& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  std::unique_ptr<void, Free> memory_;
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace mana
