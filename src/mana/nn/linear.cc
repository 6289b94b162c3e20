#include "mana/nn/linear.h"

namespace mana::nn {

Tensor Linear::operator()(const Run& run, const Tensor& x, kernels::Activation activation) const {
  Tensor y = run.tensor(x.rows(), weights.outputs());
  // A row of scratch for each thread, in floats.
  const std::size_t scratch_bytes = run.kernels.linear_scratch(x.rows(), weights.inputs());
  Tensor scratch = run.tensor(run.threads(), (scratch_bytes + 63) / 64 * 16);
  run.split(weights.panel_count(), [&](std::size_t first, std::size_t last, unsigned thread) {
    run.kernels.linear({.x = x.data(),
                        .rows = x.rows(),
                        .weights = weights,
                        .activation = activation,
                        .y = y.data(),
                        .first_panel = first,
                        .last_panel = last,
                        .scratch = reinterpret_cast<std::byte*>(scratch.row(thread).data())});
  });
  return y;
}

}  // namespace mana::nn
