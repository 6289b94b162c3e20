#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "mana/train/checkpoint.h"

namespace mana::train {

/// The weights of the last evaluations of a run, in files beside its output, and their mean in the end (Vaswani et al.
/// 2017, arXiv:1706.03762, section 6.1):
///
///   w = Σ_i w_i / n      i: the last n evaluations
///
/// Files that have become old stay until a checkpoint is written that does not know them any more, so that a run
/// goes on from any checkpoint and comes to the same mean.
class LastWeights {
 public:
  using ForEachWeight = std::function<void(const VisitState&)>;

  /// `count`: how many; 0: none are kept. `identity` outlives it.
  LastWeights(std::filesystem::path output, std::size_t count, const RunIdentity& identity)
      : output_(std::move(output)), count_(count), identity_(identity) {}

  /// The steps of those that a checkpoint is to know, in order.
  const std::vector<std::uint64_t>& steps() const { return steps_; }
  void set_steps(std::vector<std::uint64_t> steps) { steps_ = std::move(steps); }

  /// Keeps the weights of a step. Throws IoError.
  void keep(std::uint64_t step, const ForEachWeight& for_each_weight);
  /// Removes the files of all others, those of an earlier run too.
  void remove_others() const;
  /// Makes the weights the mean of those that are kept. Throws IoError, FormatError.
  void average(const ForEachWeight& for_each_weight) const;

 private:
  std::filesystem::path path(std::uint64_t step) const;

  std::filesystem::path output_;
  std::size_t count_;
  const RunIdentity& identity_;
  std::vector<std::uint64_t> steps_;
};

}  // namespace mana::train
