#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "mana/autograd/reference/matrix.h"

// What is computed of each row by itself, value and gradient. x: [n, d]; sums run in order, in double. Gradients are
// added to what is there.
namespace mana::autograd::reference {

/// y_i = Σ_k x_ik      y: [n, 1]
template <class T>
void row_sums(Input<T> x, Matrix<T> y) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < x.columns; ++k) sum += x[i][k];
    y[i][0] = T(sum);
  }
}
/// dx_ik += dy_i
template <class T>
void row_sums_gradient(Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dx.rows; ++i) {
    for (std::size_t k = 0; k < dx.columns; ++k) dx[i][k] += dy[i][0];
  }
}

/// y_i = Σ_k a_ik b_ik      a, b: [n, d], y: [n, 1]
template <class T>
void row_dots(Input<T> a, Input<T> b, Matrix<T> y) {
  for (std::size_t i = 0; i < a.rows; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < a.columns; ++k) sum += double(a[i][k]) * double(b[i][k]);
    y[i][0] = T(sum);
  }
}
/// da_ik += dy_i b_ik, and the same of b with a
template <class T>
void row_dots_gradient(Input<T> b, Input<T> dy, Matrix<T> da) {
  for (std::size_t i = 0; i < da.rows; ++i) {
    for (std::size_t k = 0; k < da.columns; ++k) da[i][k] += dy[i][0] * b[i][k];
  }
}

/// y_i = ‖x_i‖₂      y: [n, 1]
template <class T>
void row_norms(Input<T> x, Matrix<T> y) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    double squares = 0;
    for (std::size_t k = 0; k < x.columns; ++k) squares += double(x[i][k]) * double(x[i][k]);
    y[i][0] = T(std::sqrt(squares));
  }
}
/// dx_ik += dy_i x_ik / y_i, and nothing where y_i = 0
template <class T>
void row_norms_gradient(Input<T> x, Input<T> y, Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (y[i][0] == 0) continue;
    const T scale = dy[i][0] / y[i][0];
    for (std::size_t k = 0; k < x.columns; ++k) dx[i][k] += scale * x[i][k];
  }
}

/// y_i = x_i / max(‖x_i‖₂, ε)      y: [n, d]; norms: [n, 1] gets max(‖x_i‖₂, ε)
template <class T>
void normalize_rows(Input<T> x, double least, Matrix<T> norms, Matrix<T> y) {
  row_norms(x, norms);
  for (std::size_t i = 0; i < x.rows; ++i) {
    norms[i][0] = std::max(norms[i][0], T(least));
    for (std::size_t k = 0; k < x.columns; ++k) y[i][k] = x[i][k] / norms[i][0];
  }
}
/// dx_i += (dy_i − (dy_i · y_i) y_i) / ‖x_i‖₂, and dy_i / ε where ε is the greater
template <class T>
void normalize_rows_gradient(double least, Input<T> norms, Input<T> y, Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < y.rows; ++i) {
    const T norm = norms[i][0];
    double along = 0;  // dy_i · y_i
    if (norm != T(least)) {
      for (std::size_t k = 0; k < y.columns; ++k) along += double(dy[i][k]) * double(y[i][k]);
    }
    for (std::size_t k = 0; k < y.columns; ++k) dx[i][k] += (dy[i][k] - T(along) * y[i][k]) / norm;
  }
}

/// y_i = log Σ_k exp(x_ik)      y: [n, 1]; no columns: −∞
template <class T>
void row_log_sums(Input<T> x, Matrix<T> y) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (x.columns == 0) {
      y[i][0] = -std::numeric_limits<T>::infinity();
      continue;
    }
    const T largest = *std::max_element(x[i], x[i] + x.columns);
    double sum = 0;
    for (std::size_t k = 0; k < x.columns; ++k) sum += double(std::exp(x[i][k] - largest));
    y[i][0] = largest + T(std::log(sum));
  }
}
/// dx_ik += exp(x_ik − y_i) dy_i, the softmax of the row
template <class T>
void row_log_sums_gradient(Input<T> x, Input<T> y, Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t k = 0; k < x.columns; ++k) dx[i][k] += std::exp(x[i][k] - y[i][0]) * dy[i][0];
  }
}

}  // namespace mana::autograd::reference
