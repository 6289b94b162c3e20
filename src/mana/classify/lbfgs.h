#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace mana::classify {

/// f(x) as the result; ∇f(x) goes into `gradient`, as long as x.
using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct LbfgsOptions {
  double tolerance = 1e-6;            ///< done when no component of the gradient is larger
  std::size_t max_iterations = 1000;  ///< steps
  std::size_t memory = 10;            ///< steps whose curvature is remembered
  std::function<void(std::size_t iteration)> progress = {};
};

struct LbfgsResult {
  std::vector<double> x;
  double value = 0;  ///< f(x)
  std::size_t iterations = 0;
  bool converged = false;
};

/// Minimises a smooth convex function by limited-memory BFGS (Nocedal & Wright, Numerical Optimization, algorithms 7.4
/// and 7.5) with a backtracking line search.
LbfgsResult minimise(const Objective& objective, std::vector<double> start, const LbfgsOptions& options = {});

}  // namespace mana::classify
