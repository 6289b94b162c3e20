#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "mana/base/team.h"

namespace mana::classify {

struct LogisticRegressionOptions {
  double c = 1;                       ///< the inverse of the strength of the penalty
  double tolerance = 1e-6;            ///< of the gradient of L / n below, largest component
  std::size_t max_iterations = 1000;  ///< of the minimiser
  std::function<void(std::size_t iteration)> progress = {};
};

/// Vectors and the class of each.
struct LabelledVectors {
  std::span<const float> values;  ///< [rows, dimensions]
  std::size_t dimensions = 0;
  std::span<const std::uint32_t> classes;  ///< [rows]
};

/// Classes told apart by hyperplanes: P(class | x) = softmax(W x + b), fitted as the minimum of
///
///   L(W, b) = −Σ_rows log P(class of the row | row) + ‖W‖² / (2 C)
///
/// which is what scikit-learn's LogisticRegression minimises. As there, two classes share one hyperplane:
/// P(second class | x) = 1 / (1 + exp(−(w x + b))), and the penalty is ‖w‖² / (2 C).
class LogisticRegression {
 public:
  /// `classes` is how many there are, at least 2. The result does not depend on the number of threads.
  /// Throws ArgumentError for rows, classes and values that do not fit, Cancelled once `stop` is requested.
  static LogisticRegression fit(const LabelledVectors& rows, std::size_t classes, Team& team,
                                const LogisticRegressionOptions& options = {}, const std::stop_token& stop = {});

  /// [classes], which sum to 1. `x`: [dimensions]
  std::vector<double> probabilities(std::span<const float> x) const;
  /// The most probable class, the first of equals.
  std::uint32_t predict(std::span<const float> x) const;

  std::size_t classes() const { return classes_; }
  std::size_t dimensions() const { return dimensions_; }
  /// W: [classes, dimensions], or [1, dimensions] for two classes.
  std::span<const double> weights() const { return std::span(parameters_).first(planes() * dimensions_); }
  /// b: [classes], or [1].
  std::span<const double> intercepts() const { return std::span(parameters_).subspan(planes() * dimensions_); }
  std::size_t iterations() const { return iterations_; }
  /// False when the minimum was not reached to the tolerance.
  bool converged() const { return converged_; }

 private:
  std::size_t planes() const { return classes_ == 2 ? 1 : classes_; }

  std::size_t classes_ = 0;
  std::size_t dimensions_ = 0;
  std::vector<double> parameters_;  ///< W, then b
  std::size_t iterations_ = 0;
  bool converged_ = false;
};

}  // namespace mana::classify
