#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "mana/kernels/cross_entropy.h"
#include "mana/kernels/run.h"

namespace mana::operations {

using kernels::Run;

/// The class of a row that is not asked for: its loss is zero, and it costs nothing.
inline constexpr std::uint32_t kIgnored = std::numeric_limits<std::uint32_t>::max();

/// A linear map to a class each, as it stands in a checkpoint.
struct ClassWeights {
  const float* weights;         ///< [classes, width], row-major
  const float* bias = nullptr;  ///< [classes], or null: zero
  std::size_t classes;
};

/// What rows are held to: a class each, or kIgnored, of which (1 − ε) is asked and ε of all classes alike (Szegedy et
/// al. 2016, arXiv:1512.00567, section 7).
struct Targets {
  std::span<const std::uint32_t> classes;  ///< [rows]
  float smoothing = 0;                     ///< ε in [0, 1)
};

/// What the gradient needs of the logits.
struct SoftmaxSums {
  std::vector<std::uint32_t> rows;       ///< those that are asked for, ascending
  std::vector<kernels::LogitSums> sums;  ///< of each of them
};

struct CrossEntropy {
  Tensor losses;  ///< [rows, 1]
  SoftmaxSums softmax;
};

/// The cross-entropy of a softmax over the classes of a linear map, row by row:
///
///   l = x Wᵀ + b,   L_i = log Σ_k exp(l_ik) − (1 − ε) l_{i, c(i)} − ε / K Σ_k l_ik        x: [rows, width]
///
/// The logits, [rows, K], are made and forgotten a block at a time, and again for the gradient (Wijmans et al. 2025,
/// arXiv:2411.09009): what is kept is a few numbers for each row. Sums know nothing of other rows, nor of threads.
CrossEntropy cross_entropy(const Run& run, const Tensor& x, const ClassWeights& map, const Targets& targets);

/// Where gradients of W [classes, width] and b [classes] are added up; null: not wanted.
struct ClassGradients {
  float* weights = nullptr;
  float* bias = nullptr;
};

/// With g the gradient by the losses and d_ik = g_i (softmax(l_i)_k − (1 − ε) [k = c(i)] − ε / K):
///
///   dW += dᵀ x,   db += Σ_rows d;   returned is dx = d W, where it is wanted
Tensor cross_entropy_gradient(const Run& run, const Tensor& x, const ClassWeights& map, const Targets& targets,
                              const SoftmaxSums& softmax, const Tensor& dlosses, const ClassGradients& sums,
                              bool wants_dx);

}  // namespace mana::operations
