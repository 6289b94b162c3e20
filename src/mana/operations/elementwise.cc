#include "mana/operations/elementwise.h"

#include <algorithm>

#include "mana/operations/training_kernels.h"

namespace mana::operations {
namespace {

std::span<const float> values_of(const Tensor& x) { return {x.data(), x.rows() * x.columns()}; }
std::span<float> values_of(Tensor& x) { return {x.data(), x.rows() * x.columns()}; }

}  // namespace

Tensor zeros(const Run& run, std::size_t rows, std::size_t columns) {
  Tensor x = run.tensor(rows, columns);
  std::ranges::fill(values_of(x), 0.0f);
  return x;
}

Tensor copy(const Run& run, const Tensor& x) {
  Tensor y = run.tensor(x.rows(), x.columns());
  std::ranges::copy(values_of(x), y.data());
  return y;
}

void add(const Run& run, std::span<const float> x, std::span<float> sum) {
  run.split(x.size(), [&](std::size_t first, std::size_t last, unsigned) {
    training_kernels(run).add({x.data() + first, 1, last - first, sum.data() + first});
  });
}

void add(const Run& run, const Tensor& x, Tensor& sum) {
  sum.drop_operands();
  add(run, values_of(x), values_of(sum));
}

void move_towards(const Run& run, float d, std::span<const float> x, std::span<float> average) {
  const float rest = 1 - d;
  run.split(x.size(), [&](std::size_t first, std::size_t last, unsigned) {
    for (std::size_t i = first; i < last; ++i) average[i] = d * average[i] + rest * x[i];
  });
}

Tensor activate(const Run& run, kernels::Activation activation, const Tensor& u) {
  const auto timer = run.timer("activation");
  Tensor y = run.tensor(u.rows(), u.columns());
  run.split(u.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    const std::size_t begin = first * u.columns();
    training_kernels(run).activate({activation, u.data() + begin, (last - first) * u.columns(), y.data() + begin});
  });
  return y;
}

void activation_gradient(const Run& run, kernels::Activation activation, const Tensor& dy, Tensor& u) {
  const auto timer = run.timer("activation gradient");
  run.split(u.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    const std::size_t begin = first * u.columns();
    training_kernels(run).activation_gradient(
        {activation, u.data() + begin, dy.data() + begin, (last - first) * u.columns(), u.data() + begin});
  });
}

Tensor drop(const Run& run, const kernels::Dropout& dropout, const Tensor& x) {
  Tensor y = run.tensor(x.rows(), x.columns());
  run.split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    const std::size_t begin = first * x.columns();
    training_kernels(run).dropout({dropout, x.data() + begin, first, last - first, x.columns(), y.data() + begin});
  });
  return y;
}

}  // namespace mana::operations
