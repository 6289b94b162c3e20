#include "mana/nn/linear.h"

namespace mana::nn {

Tensor Linear::operator()(const Run& run, const Tensor& x, kernels::Activation activation) const {
  const std::size_t inputs = weights.inputs(), outputs = weights.outputs();
  const double arithmetic = 2.0 * static_cast<double>(x.rows() * inputs * outputs);
  const Profile::Timer timer(run.profile, run.threads(), "linear", inputs, outputs, arithmetic);
  Tensor y = run.tensor(x.rows(), outputs);
  // A row of scratch for each thread, in floats.
  const std::size_t scratch_bytes = run.kernels.linear_scratch(x.rows(), inputs);
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
