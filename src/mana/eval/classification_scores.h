#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mana::eval {

/// How one class was recognised: TP texts of it were called so, of `texts` that are of it and `predicted` called so.
struct ClassScores {
  std::uint32_t number = 0;
  std::size_t texts = 0;      ///< TP + FN
  std::size_t predicted = 0;  ///< TP + FP
  std::size_t right = 0;      ///< TP

  /// TP / (TP + FP); 0 where nothing was called so.
  double precision() const;
  /// TP / (TP + FN); 0 where nothing is of it.
  double recall() const;
  /// 2 TP / (2 TP + FP + FN)
  double f1() const;
};

/// Texts of one class that were taken for another.
struct Confusion {
  std::uint32_t truth = 0;
  std::uint32_t predicted = 0;
  std::size_t texts = 0;
};

/// How well predicted classes agree with the true ones. Accuracy and macro-F1 are 0 … 1.
struct ClassificationScores {
  double accuracy = 0;                ///< the share that is right
  double macro_f1 = 0;                ///< the mean of F1 over `classes`
  std::vector<ClassScores> classes;   ///< those that occur, in truth or among the predictions, by number
  std::vector<Confusion> confusions;  ///< most texts first, equal ones by their numbers
};

/// Throws ArgumentError for lists that are empty or of different length.
ClassificationScores classification_scores(std::span<const std::uint32_t> truth,
                                           std::span<const std::uint32_t> predicted);

}  // namespace mana::eval
