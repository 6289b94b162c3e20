#pragma once

#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/nn/run.h"

namespace mana::nn {

/// Where one product adds up the gradients of parameters that follow each other in memory: at their own place; or,
/// where some of them are frozen, beside it, so that those keep a gradient of zero.
class GradientTarget {
 public:
  GradientTarget(const Run& run, const std::vector<autograd::Parameter*>& parameters);

  /// Where to add; null when all of them are frozen or there are none.
  float* data() { return data_; }
  /// Takes what was added to where it belongs. To be called once, at the end.
  void finish();

 private:
  const Run& run_;
  const std::vector<autograd::Parameter*>& parameters_;
  Tensor beside_;
  float* data_ = nullptr;
};

}  // namespace mana::nn
