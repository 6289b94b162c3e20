#pragma once

#include <cstddef>
#include <type_traits>

namespace mana::autograd::reference {

/// A matrix in memory that somebody else owns, row after row.
template <class T>
struct Matrix {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;

  std::size_t size() const { return rows * columns; }
  T* operator[](std::size_t row) const { return data + row * columns; }
  operator Matrix<const T>() const  // NOLINT(google-explicit-constructor): as T* to const T*
      requires(!std::is_const_v<T>) {
    return {data, rows, columns};
  }
};

/// So that T is deduced from other arguments.
template <class T>
using Input = Matrix<const std::type_identity_t<T>>;

}  // namespace mana::autograd::reference
