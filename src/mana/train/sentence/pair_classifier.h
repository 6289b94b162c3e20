#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/autograd/tape.h"

namespace mana::train {

/// A classifier on top of the vectors of two texts, thrown away after training (Reimers and Gurevych 2019,
/// arXiv:1908.10084, section 3, classification; Conneau et al. 2017, arXiv:1705.02364):
///   x_i = W (u_i, v_i, |u_i − v_i|) + b      u, v: [n, d], W: [classes, 3 d], b: [classes] -> [n, classes], logits
class PairClassifier {
 public:
  /// W and b start uniform in ±1/√(3 d), drawn from `seed`.
  PairClassifier(std::size_t classes, std::size_t dimensions, std::uint64_t seed);
  PairClassifier(PairClassifier&&) noexcept = default;  // the parameters look at its memory: no copies
  PairClassifier& operator=(PairClassifier&&) noexcept = default;

  autograd::Variable operator()(autograd::Variable u, autograd::Variable v);

  std::size_t classes() const { return parameters_[1].columns; }
  std::size_t dimensions() const { return parameters_[0].columns / 3; }

  /// W and b, to which gradients flow back.
  std::span<autograd::Parameter> parameters() { return parameters_; }

 private:
  std::vector<float> memory_;
  std::vector<autograd::Parameter> parameters_;
};

}  // namespace mana::train
