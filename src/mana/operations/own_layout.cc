#include "mana/operations/own_layout.h"

#include "mana/operations/training_kernels.h"

namespace mana::operations {

using kernels::Run;

OwnLayout::OwnLayout(const Run& run, std::size_t outputs, std::size_t inputs)
    : weights_(outputs, inputs, run.kernels.layout),
      memory_(run.tensor(1, (weights_.byte_size() + sizeof(float) - 1) / sizeof(float))) {
  weights_.allocate_in({reinterpret_cast<std::byte*>(memory_.data()), weights_.byte_size()});
}

OwnLayout::OwnLayout(const Run& run, const float* weights, const float* bias, std::size_t outputs, std::size_t inputs)
    : OwnLayout(run, outputs, inputs) {
  const auto timer = run.timer("packing of weights");
  lay_out(run, weights, false, bias, weights_);
}

OwnLayout OwnLayout::transposed(const Run& run, const float* weights, std::size_t outputs, std::size_t inputs) {
  OwnLayout layout(run, outputs, inputs);
  const auto timer = run.timer("packing of weights");
  lay_out(run, weights, true, nullptr, layout.weights_);
  return layout;
}

void lay_out(const Run& run, const float* weights, bool transposed, const float* bias,
             kernels::MatrixWeights& laid_out) {
  run.split(laid_out.panel_count(), [&](std::size_t first, std::size_t last, unsigned) {
    training_kernels(run).lay_out({weights, bias, transposed, laid_out, first, last});
  });
}

}  // namespace mana::operations
