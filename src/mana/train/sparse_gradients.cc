#include "mana/train/sparse_gradients.h"

#include <algorithm>

#include "mana/base/errors.h"

namespace mana::train {
namespace {

bool all_zero(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return value == 0; });
}

}  // namespace

void require_gradients_of_lookups_alone(std::span<const autograd::Parameter> parameters) {
  for (const autograd::Parameter& parameter : parameters) {
    if (!parameter.sparse || parameter.frozen) continue;
    auto touched = parameter.touched.begin();
    for (std::size_t row = 0; row < parameter.rows; ++row) {
      if (touched != parameter.touched.end() && *touched == row) {
        ++touched;
        continue;
      }
      if (all_zero(parameter.gradient.subspan(row * parameter.columns, parameter.columns))) continue;
      throw Error("the gradient of '" + parameter.name +
                  "' reaches rows that were not looked up and would not be trained: what is multiplied, too, must not "
                  "be sparse");
    }
  }
}

}  // namespace mana::train
