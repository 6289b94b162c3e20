#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/train/losses/loss_data.h"

namespace mana::train {

/// A classifier on top of two texts, thrown away after training (Reimers and Gurevych 2019, arXiv:1908.10084, section
/// 3, classification; Conneau et al. 2017, arXiv:1705.02364):
///   L = −1/n Σ_i log softmax(W (u_i, v_i, |u_i − v_i|) + b)[y_i]      W: [classes, 3 d], b: [classes]
struct SoftmaxClassification {
  /// W and b start uniform in ±1/√(3 d), drawn from `seed`.
  SoftmaxClassification(std::size_t classes, std::size_t dimensions, std::uint64_t seed);
  SoftmaxClassification(SoftmaxClassification&&) noexcept = default;  // the parameters look at its memory: no copies
  SoftmaxClassification& operator=(SoftmaxClassification&&) noexcept = default;

  autograd::Variable operator()(Columns columns, const Labels& labels);

  std::size_t classes() const { return parameters_[1].columns; }
  std::size_t dimensions() const { return parameters_[0].columns / 3; }

  /// W and b, to which gradients flow back.
  std::span<autograd::Parameter> parameters() { return parameters_; }

 private:
  std::vector<float> memory_;
  std::vector<autograd::Parameter> parameters_;
};

}  // namespace mana::train
