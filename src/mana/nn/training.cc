#include "mana/nn/training.h"

#include <utility>

#include "mana/operations/elementwise.h"

namespace mana::nn {

void add_gradient(const Training& training, Variable variable, Tensor gradient) {
  if (!variable.has_gradient()) return variable.set_gradient(std::move(gradient));
  operations::add(training.run(), gradient, variable.gradient());
}

namespace {

/// y = dropout(x);   dx += dropout(dy), by the same mask
struct DropoutGradient {
  Training training;
  kernels::Dropout dropout;
  Variable x;

  Tensor value() const {
    Tensor y = operations::drop(training.run(), dropout, x.value());
    x.release();
    return y;
  }
  void operator()(const Tensor& dy) const { add_gradient(training, x, operations::drop(training.run(), dropout, dy)); }
};

}  // namespace

Variable drop(const Training& training, Variable x) {
  const kernels::Dropout dropout = training.masks.next(training.masks.hidden);
  if (!dropout.active()) return x;
  const DropoutGradient gradient{training, dropout, x};
  return training.tape.record(gradient.value(), {x}, gradient);
}

Tensor copy(const Run& run, const Tensor& x) { return operations::copy(run, x); }

/// y = x;   dx += dy
Variable copy(const Training& training, Variable x) {
  return training.tape.record(copy(training.run(), x.value()), {x}, [=](const Tensor& dy) {
    add_gradient(training, x, operations::copy(training.run(), dy));
  });
}

Tensor add(const Run& run, Tensor y, const Tensor& x) {
  operations::add(run, x, y);
  return y;
}

/// z = y + x;   dy += dz,   dx += dz
Variable add(const Training& training, Variable y, Variable x) {
  const Run& run = training.run();
  return training.tape.record(add(run, operations::copy(run, y.value()), x.value()), {y, x}, [=](const Tensor& dz) {
    if (y.needs_gradient()) add_gradient(training, y, operations::copy(training.run(), dz));
    if (x.needs_gradient()) add_gradient(training, x, operations::copy(training.run(), dz));
  });
}

}  // namespace mana::nn
