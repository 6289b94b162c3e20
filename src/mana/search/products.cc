#include "mana/search/products.h"

namespace mana::search {

Products::Products(const kernels::Table& kernels, std::size_t rows, std::size_t dimensions, std::size_t outputs)
    : kernels_(kernels),
      products_(rows * outputs),
      scratch_(kernels.linear_scratch(rows, dimensions)),
      operands_(kernels.operands.layout.bytes(rows, dimensions)) {}

std::span<const float> Products::operator()(const Vectors& x, const kernels::MatrixWeights& weights) {
  if (kernels_.operands.exists()) {
    kernels_.operands.make({.x = x.values.data(),
                            .rows = x.size(),
                            .columns = x.dimensions,
                            .to = {.operands = operands_.data(), .first_row = 0}});
  }
  kernels_.linear({.x = x.values.data(),
                   .rows = x.size(),
                   .weights = weights,
                   .activation = kernels::Activation::identity,
                   .y = products_.data(),
                   .first_panel = 0,
                   .last_panel = weights.panel_count(),
                   .scratch = scratch_.data(),
                   .operands = operands_.data()});
  return {products_.data(), x.size() * weights.outputs()};
}

}  // namespace mana::search
