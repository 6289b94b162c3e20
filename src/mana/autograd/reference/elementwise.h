#pragma once

#include <algorithm>
#include <cmath>

namespace mana::autograd::reference {

// Functions of one number, y = f(x), with their slope dy/dx.

/// y = c x
struct Scale {
  double factor;
  template <class T>
  T value(T x) const {
    return T(factor) * x;
  }
  template <class T>
  T slope(T) const {
    return T(factor);
  }
};

/// y = x + c
struct Shift {
  double offset;
  template <class T>
  T value(T x) const {
    return x + T(offset);
  }
  template <class T>
  T slope(T) const {
    return 1;
  }
};

/// y = |x|, slope 0 at 0
struct Absolute {
  template <class T>
  T value(T x) const {
    return std::abs(x);
  }
  template <class T>
  T slope(T x) const {
    return T(x > 0) - T(x < 0);
  }
};

/// y = max(x, 0), slope 0 at 0
struct Relu {
  template <class T>
  T value(T x) const {
    return x < 0 ? 0 : x;  // so that a NaN stays one
  }
  template <class T>
  T slope(T x) const {
    return x > 0 ? 1 : 0;
  }
};

/// y = log(1 + eˣ), without overflow
struct Softplus {
  template <class T>
  T value(T x) const {
    return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
  template <class T>
  T slope(T x) const {
    return 1 / (1 + std::exp(-x));
  }
};

// Functions of two numbers, y = f(a, b), with their slopes ∂y/∂a and ∂y/∂b.

/// y = a + b
struct Add {
  template <class T>
  T value(T a, T b) const {
    return a + b;
  }
  template <class T>
  T slope_a(T, T) const {
    return 1;
  }
  template <class T>
  T slope_b(T, T) const {
    return 1;
  }
};

/// y = a − b
struct Subtract {
  template <class T>
  T value(T a, T b) const {
    return a - b;
  }
  template <class T>
  T slope_a(T, T) const {
    return 1;
  }
  template <class T>
  T slope_b(T, T) const {
    return -1;
  }
};

/// y = a b
struct Multiply {
  template <class T>
  T value(T a, T b) const {
    return a * b;
  }
  template <class T>
  T slope_a(T, T b) const {
    return b;
  }
  template <class T>
  T slope_b(T a, T) const {
    return a;
  }
};

}  // namespace mana::autograd::reference
