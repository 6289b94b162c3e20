#pragma once

#include "mana/nn/run.h"

namespace mana::nn {

/// x as the kernels multiply it: itself where it has factors or they take values, else factors made of its values.
class Ready {
 public:
  Ready(const Run& run, const Tensor& x);

  const Tensor& operator*() const { return made_.factors() == nullptr ? x_ : made_; }
  const Tensor* operator->() const { return &**this; }

 private:
  const Tensor& x_;
  Tensor made_;
};

/// Where the values of a row begin; null where there are none.
template <class Matrix>
auto* values_from(Matrix& x, std::size_t row) {
  return x.data() == nullptr ? nullptr : x.data() + row * x.columns();
}

}  // namespace mana::nn
