#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace mana::kernels {

/// What the softmax of a row of logits l needs of them, summed up over blocks of columns, so that no row need ever be
/// whole (Milakov and Gimelshein 2018, arXiv:1805.02867).
struct LogitSums {
  float largest = -std::numeric_limits<float>::infinity();  ///< m = max_k l_k
  double exponentials = 0;                                  ///< Σ_k exp(l_k − m)
  double total = 0;                                         ///< Σ_k l_k

  double log_sum() const { return double{largest} + std::log(exponentials); }  ///< log Σ_k exp(l_k)
};

/// Adds some columns of logits to the sums of their rows.
struct LogitSumsCall {
  const float* logits;  ///< [rows, columns]
  std::size_t rows;
  std::size_t columns;
  LogitSums* sums;  ///< [rows]
};

/// The gradient of s_i (log Σ_k exp(l_ik) − (1 − ε) l_{i, c(i)} − ε / K Σ_k l_ik), the cross-entropy of a softmax over
/// K classes with smoothed labels, by columns [first, first + columns) of the logits, in their place:
///   l_ik ← s_i (softmax(l_i)_k − (1 − ε) [k = c(i)] − ε / K)
struct CrossEntropyGradientCall {
  float* logits;  ///< [rows, columns]
  std::size_t rows;
  std::size_t columns;
  std::size_t first;
  const LogitSums* sums;         ///< [rows], of all columns
  const std::uint32_t* classes;  ///< [rows]: c(i), among all columns
  const float* scales;           ///< [rows]: s_i
  float smoothing;               ///< ε
  std::size_t class_count;       ///< K
};

}  // namespace mana::kernels
