#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace mana::text {

/// Elements of its own, or a view of some that live elsewhere and longer. Reading is the same for both; a view becomes
/// its own elements when they are changed.
template <class T>
class Array {
 public:
  Array() = default;
  explicit Array(std::vector<T> elements) : own_(std::move(elements)), view_(own_) {}
  static Array of(std::span<const T> elsewhere) {
    Array array;
    array.view_ = elsewhere;
    return array;
  }
  Array(Array&& other) noexcept : own_(std::exchange(other.own_, {})), view_(std::exchange(other.view_, {})) {}
  Array& operator=(Array&& other) noexcept {
    own_ = std::exchange(other.own_, {});
    view_ = std::exchange(other.view_, {});
    return *this;
  }
  ~Array() = default;

  const T* data() const { return view_.data(); }
  std::size_t size() const { return view_.size(); }
  const T& operator[](std::size_t i) const { return view_[i]; }
  std::span<const T> view() const { return view_; }

  void reserve(std::size_t capacity) {
    make_own();
    own_.reserve(capacity);
    view_ = own_;
  }
  void resize(std::size_t size) {
    make_own();
    own_.resize(size);
    view_ = own_;
  }
  /// The elements, to be changed.
  T* edit() {
    make_own();
    return own_.data();
  }

 private:
  void make_own() {
    if (view_.data() == own_.data()) return;
    own_.assign(view_.begin(), view_.end());
    view_ = own_;
  }

  std::vector<T> own_;
  std::span<const T> view_;  // of own_ or of what lives elsewhere
};

}  // namespace mana::text
