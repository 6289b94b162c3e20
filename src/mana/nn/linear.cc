#include "mana/nn/linear.h"

namespace mana::nn {

Tensor Linear::operator()(const Run& run, const Tensor& x, kernels::Activation activation) const {
  Tensor y = run.tensor(x.rows(), weights.outputs());
  run.split(weights.panel_count(), [&](std::size_t first, std::size_t last, unsigned) {
    run.kernels.linear({.x = x.data(),
                        .rows = x.rows(),
                        .inputs = weights.inputs(),
                        .panels = weights.panels(),
                        .bias = weights.bias(),
                        .outputs = weights.outputs(),
                        .activation = activation,
                        .y = y.data(),
                        .first_panel = first,
                        .last_panel = last});
  });
  return y;
}

}  // namespace mana::nn
