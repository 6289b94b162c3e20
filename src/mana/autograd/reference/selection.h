#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "mana/autograd/reference/matrix.h"

namespace mana::autograd::reference {

/// Y = X[first row …, first column …], of the shape of Y      and dX there += dY
template <class T>
void block(Input<T> x, std::size_t first_row, std::size_t first_column, Matrix<T> y) {
  for (std::size_t i = 0; i < y.rows; ++i) std::copy_n(x[first_row + i] + first_column, y.columns, y[i]);
}
template <class T>
void block_gradient(std::size_t first_row, std::size_t first_column, Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dy.rows; ++i) {
    for (std::size_t k = 0; k < dy.columns; ++k) dx[first_row + i][first_column + k] += dy[i][k];
  }
}

/// Y there = X, the other way round      and dX += dY there
template <class T>
void place(Input<T> x, std::size_t first_row, std::size_t first_column, Matrix<T> y) {
  for (std::size_t i = 0; i < x.rows; ++i) std::copy_n(x[i], x.columns, y[first_row + i] + first_column);
}
template <class T>
void place_gradient(std::size_t first_row, std::size_t first_column, Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dx.rows; ++i) {
    for (std::size_t k = 0; k < dx.columns; ++k) dx[i][k] += dy[first_row + i][first_column + k];
  }
}

/// y_i = x_r(i), whole rows      and dx_r(i) += dy_i
template <class T>
void gather_rows(Input<T> x, std::span<const std::uint32_t> rows, Matrix<T> y) {
  for (std::size_t i = 0; i < y.rows; ++i) std::copy_n(x[rows[i]], x.columns, y[i]);
}
template <class T>
void gather_rows_gradient(std::span<const std::uint32_t> rows, Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dy.rows; ++i) {
    for (std::size_t k = 0; k < dy.columns; ++k) dx[rows[i]][k] += dy[i][k];
  }
}

/// y_i = x_{i, c(i)}      y: [n, 1]      and dx_{i, c(i)} += dy_i
template <class T>
void pick(Input<T> x, std::span<const std::uint32_t> columns, Matrix<T> y) {
  for (std::size_t i = 0; i < y.rows; ++i) y[i][0] = x[i][columns[i]];
}
template <class T>
void pick_gradient(std::span<const std::uint32_t> columns, Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dy.rows; ++i) dx[i][columns[i]] += dy[i][0];
}

}  // namespace mana::autograd::reference
