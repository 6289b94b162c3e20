#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mana/autograd/parameter.h"
#include "mana/kernels/run.h"
#include "mana/tensor/buffer.h"

namespace mana::train {

/// The exponential moving average of weights (Polyak and Juditsky 1992; Izmailov et al. 2018, arXiv:1803.05407), after
/// every step:
///
///   a ← d a + (1 − d) w          a = w at the start
///
/// It reads every weight: rows of sparse parameters have to be caught up before (train/optimizer.h).
class MovingAverage {
 public:
  /// `parameters` outlive it. Frozen ones are their own average.
  MovingAverage(std::span<autograd::Parameter> parameters, double decay);

  void update(const kernels::Run& run);
  /// Exchanges weights and averages: once to evaluate or save the averages, once more to go on.
  void swap();

  /// The averages, for checkpoints: visit(name, bytes) for each, always in the same order.
  void for_each_state(const std::function<void(const std::string&, std::span<std::byte>)>& visit);

 private:
  std::span<autograd::Parameter> parameters_;
  float decay_;
  std::vector<Buffer<float>> averages_;  // empty for frozen ones
};

}  // namespace mana::train
