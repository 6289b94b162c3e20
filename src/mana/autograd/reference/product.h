#pragma once

#include "mana/autograd/reference/matrix.h"

namespace mana::autograd::reference {

/// Y = A Bᵀ      A: [n, d], B: [m, d], Y: [n, m]
template <class T>
void product(Input<T> a, Input<T> b, Matrix<T> y) {
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < b.rows; ++j) {
      T sum = 0;
      for (std::size_t k = 0; k < a.columns; ++k) sum += a[i][k] * b[j][k];
      y[i][j] = sum;
    }
  }
}
/// dA += dY B, dB += dYᵀ A
template <class T>
void product_gradient(Input<T> a, Input<T> b, Input<T> dy, Matrix<T> da, Matrix<T> db) {
  for (std::size_t i = 0; i < a.rows; ++i) {
    for (std::size_t j = 0; j < b.rows; ++j) {
      for (std::size_t k = 0; k < a.columns; ++k) {
        da[i][k] += dy[i][j] * b[j][k];
        db[j][k] += dy[i][j] * a[i][k];
      }
    }
  }
}

/// y_i = x_i + b      x, y: [n, d], b: [1, d]
template <class T>
void add_row(Input<T> x, Input<T> b, Matrix<T> y) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t k = 0; k < x.columns; ++k) y[i][k] = x[i][k] + b[0][k];
  }
}
/// dx += dy
template <class T>
void add_row_gradient_x(Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dy.size(); ++i) dx.data[i] += dy.data[i];
}
/// db_k += Σ_i dy_ik
template <class T>
void add_row_gradient_b(Input<T> dy, Matrix<T> db) {
  for (std::size_t i = 0; i < dy.rows; ++i) {
    for (std::size_t k = 0; k < dy.columns; ++k) db[0][k] += dy[i][k];
  }
}

}  // namespace mana::autograd::reference
