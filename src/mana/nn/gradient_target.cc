#include "mana/nn/gradient_target.h"

#include <algorithm>

namespace mana::nn {

using autograd::Parameter;

GradientTarget::GradientTarget(const Run& run, const std::vector<Parameter*>& parameters) : parameters_(parameters) {
  std::size_t size = 0, frozen = 0;
  for (const Parameter* parameter : parameters) {
    size += parameter->size();
    if (parameter->frozen) ++frozen;
  }
  if (frozen == parameters.size()) return;
  if (frozen == 0) {
    data_ = parameters.front()->gradient.data();
    return;
  }
  beside_ = run.tensor(1, size);
  data_ = beside_.data();
  std::fill_n(data_, size, 0.0f);
}

void GradientTarget::finish() {
  if (beside_.data() == nullptr) return;
  const float* sum = beside_.data();
  for (const Parameter* parameter : parameters_) {
    for (std::size_t i = 0; i < parameter->size() && !parameter->frozen; ++i) parameter->gradient[i] += sum[i];
    sum += parameter->size();
  }
}

}  // namespace mana::nn
