#include "mana/nn/training.h"

#include <algorithm>
#include <utility>

namespace mana::nn {
namespace {

/// sum += x
void add_to(const Training& training, Tensor& sum, const Tensor& x) {
  training.run().split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    const std::size_t begin = first * x.columns();
    training.kernels().add({x.data() + begin, 1, (last - first) * x.columns(), sum.data() + begin});
  });
}

Tensor dropped(const Training& training, const kernels::Dropout& dropout, const Tensor& x) {
  Tensor y = training.run().tensor(x.rows(), x.columns());
  training.run().split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    const std::size_t begin = first * x.columns();
    training.kernels().dropout({dropout, x.data() + begin, first, last - first, x.columns(), y.data() + begin});
  });
  return y;
}

Tensor copy(const Run& run, const Tensor& x) {
  Tensor y = run.tensor(x.rows(), x.columns());
  std::copy_n(x.data(), x.rows() * x.columns(), y.data());
  return y;
}

}  // namespace

void add_gradient(const Training& training, Variable variable, Tensor gradient) {
  if (!variable.has_gradient()) return variable.set_gradient(std::move(gradient));
  add_to(training, variable.gradient(), gradient);
}

namespace {

/// y = dropout(x);   dx += dropout(dy), by the same mask
struct DropoutGradient {
  Training training;
  kernels::Dropout dropout;
  Variable x;

  Tensor value() const {
    Tensor y = dropped(training, dropout, x.value());
    x.release();
    return y;
  }
  void operator()(const Tensor& dy) const { add_gradient(training, x, dropped(training, dropout, dy)); }
};

}  // namespace

Variable drop(const Training& training, Variable x) {
  const kernels::Dropout dropout = training.masks.next(training.masks.hidden);
  if (!dropout.active()) return x;
  const DropoutGradient gradient{training, dropout, x};
  return training.tape.record(gradient.value(), {x}, gradient);
}

Tensor add(const Run&, Tensor y, const Tensor& x) {
  y.drop_factors();
  for (std::size_t i = 0; i < y.rows() * y.columns(); ++i) y.data()[i] += x.data()[i];
  return y;
}

/// z = y + x;   dy += dz,   dx += dz
Variable add(const Training& training, Variable y, Variable x) {
  const Run& run = training.run();
  return training.tape.record(add(run, copy(run, y.value()), x.value()), {y, x}, [=](const Tensor& dz) {
    if (y.needs_gradient()) add_gradient(training, y, copy(training.run(), dz));
    if (x.needs_gradient()) add_gradient(training, x, copy(training.run(), dz));
  });
}

}  // namespace mana::nn
