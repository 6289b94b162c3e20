#include "mana/search/products.h"

namespace mana::search {

Products::Products(const kernels::Table& kernels, std::size_t rows, std::size_t dimensions, std::size_t outputs)
    : kernels_(kernels),
      products_(rows * outputs),
      scratch_(kernels.linear_scratch(rows, dimensions)),
      factors_(kernels.factors.layout.bytes(rows, dimensions)) {}

std::span<const float> Products::operator()(const Vectors& x, const kernels::PackedLinear& weights) {
  if (kernels_.factors.exists()) {
    kernels_.factors.make({.x = x.values.data(),
                           .rows = x.size(),
                           .columns = x.dimensions,
                           .to = {.factors = factors_.data(), .first_row = 0}});
  }
  kernels_.linear({.x = x.values.data(),
                   .rows = x.size(),
                   .weights = weights,
                   .activation = kernels::Activation::identity,
                   .y = products_.data(),
                   .first_panel = 0,
                   .last_panel = weights.panel_count(),
                   .scratch = scratch_.data(),
                   .factors = factors_.data()});
  return {products_.data(), x.size() * weights.outputs()};
}

}  // namespace mana::search
