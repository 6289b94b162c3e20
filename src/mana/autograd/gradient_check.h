#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace mana::autograd {

/// ‖a − b‖₂ / ‖b‖₂: how far a is from what it should be; ‖a‖₂ where b is zero. NaN if either holds one.
template <class A, class B>
double relative_difference(const A& a, const B& b) {
  double squares = 0, differences = 0;
  for (std::size_t i = 0; i < std::size(b); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    differences += difference * difference;
    squares += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return std::sqrt(squares == 0 ? differences : differences / squares);
}

/// The derivatives of `function`, a number computed from x, measured: (f(x + h e_i) − f(x − h e_i)) / 2h for every i.
/// The error is of order h² and the rounding of f over h: with f in double, h = 1e-5 leaves about 1e-10.
template <class T, class Function>
std::vector<double> central_differences(const Function& function, std::span<T> x, T h) {
  std::vector<double> slopes(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const T kept = x[i];
    const T above = kept + h, below = kept - h;
    x[i] = above;
    const double upper = function();
    x[i] = below;
    const double lower = function();
    x[i] = kept;
    slopes[i] = (upper - lower) / (static_cast<double>(above) - static_cast<double>(below));
  }
  return slopes;
}

}  // namespace mana::autograd
