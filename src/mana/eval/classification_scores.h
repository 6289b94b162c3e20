#pragma once

#include <cstdint>
#include <span>

namespace mana::eval {

/// How well predicted classes agree with the true ones. Both are 0 … 1.
struct ClassificationScores {
  double accuracy = 0;  ///< the share that is right
  /// The mean of F1 = 2 TP / (2 TP + FP + FN) over the classes that occur, in truth or among the predictions.
  double macro_f1 = 0;
};

/// Throws ArgumentError for lists that are empty or of different length.
ClassificationScores classification_scores(std::span<const std::uint32_t> truth,
                                           std::span<const std::uint32_t> predicted);

}  // namespace mana::eval
