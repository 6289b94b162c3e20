#include "mana/nn/gradient_target.h"

#include "mana/operations/elementwise.h"

namespace mana::nn {

using autograd::Parameter;

GradientTarget::GradientTarget(const Run& run, const std::vector<Parameter*>& parameters)
    : run_(run), parameters_(parameters) {
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
  beside_ = operations::zeros(run, 1, size);
  data_ = beside_.data();
}

void GradientTarget::finish() {
  if (beside_.data() == nullptr) return;
  std::span<const float> sums = beside_.row(0);
  for (const Parameter* parameter : parameters_) {
    if (!parameter->frozen) operations::add(run_, sums.first(parameter->size()), parameter->gradient);
    sums = sums.subspan(parameter->size());
  }
}

}  // namespace mana::nn
