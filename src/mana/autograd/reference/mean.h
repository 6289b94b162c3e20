#pragma once

#include "mana/autograd/reference/matrix.h"

namespace mana::autograd::reference {

/// y = Σ x      x: [n, d], y: [1, 1], summed in order, in double
template <class T>
void sum(Input<T> x, Matrix<T> y) {
  double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += x.data[i];
  y[0][0] = T(total);
}
/// dx_ik += dy
template <class T>
void sum_gradient(Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dx.size(); ++i) dx.data[i] += dy[0][0];
}

/// y = Σ x / (n d)      y: [1, 1]
template <class T>
void mean(Input<T> x, Matrix<T> y) {
  double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += x.data[i];
  y[0][0] = T(total / double(x.size()));
}
/// dx_ik += dy / (n d)
template <class T>
void mean_gradient(Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dx.size(); ++i) dx.data[i] += dy[0][0] / T(dx.size());
}

/// y = Σ x² / (n d)      y: [1, 1]
template <class T>
void mean_square(Input<T> x, Matrix<T> y) {
  double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += double(x.data[i]) * double(x.data[i]);
  y[0][0] = T(total / double(x.size()));
}
/// dx_ik += 2 x_ik dy / (n d)
template <class T>
void mean_square_gradient(Input<T> x, Input<T> dy, Matrix<T> dx) {
  for (std::size_t i = 0; i < dx.size(); ++i) dx.data[i] += 2 * x.data[i] * dy[0][0] / T(dx.size());
}

}  // namespace mana::autograd::reference
