#pragma once

#include <cstddef>

#include "mana/kernels/isa.h"

namespace mana::kernels {

/// Rows of a matrix of word vectors are padded with zeros to a multiple of this, one cache line.
inline constexpr std::size_t kRowMultiple = 16;

/// One step of gradient ascent on the log-likelihood of binary labels t under p = σ(x yᵀ), for every input with every
/// output: negative sampling and hierarchical softmax (Mikolov et al. 2013, arXiv:1310.4546), as one small matrix
/// product (Ji et al. 2016, arXiv:1604.04661):
///
///   G = (t - σ(X Yᵀ)) diag(step)      ΔX = G Y      Y ← Y + Gᵀ X
///
/// All of it from the values before the call, so no row may be twice among the outputs.
struct LogisticCall {
  const float* x;  ///< [inputs, width]
  std::size_t inputs;
  float* const* y;      ///< [outputs] rows of `width`
  const float* labels;  ///< [outputs]: t, 1 or 0
  const float* steps;   ///< [outputs]: the learning rate, times how often this output was drawn
  std::size_t outputs;
  std::size_t width;  ///< a multiple of kRowMultiple
  float* dx;          ///< [inputs, width]: ΔX
  float* scratch;     ///< logistic_scratch(inputs, outputs) floats, for G
};

std::size_t logistic_scratch(std::size_t inputs, std::size_t outputs);

/// What the training of word vectors computes with, for one instruction-set level. Threads that train without locks
/// (Hogwild, Recht et al. 2011, arXiv:1106.5730) read and write the rows of the model here, and only here, while
/// others do: the one place that ThreadSanitizer is told not to watch.
struct WordKernels {
  Isa isa;
  void (*logistic)(const LogisticCall&);
  /// x = rows, one below the other.
  void (*gather)(const float* const* rows, std::size_t count, std::size_t width, float* x);
  /// rows += dx, each its own; a row may be there twice.
  void (*scatter)(const float* dx, float* const* rows, std::size_t count, std::size_t width);
  /// x = the mean of the rows.
  void (*mean)(const float* const* rows, std::size_t count, std::size_t width, float* x);
  /// Every row += dx.
  void (*spread)(const float* dx, float* const* rows, std::size_t count, std::size_t width);
};

/// The kernels of a level that the processor has (isa.h: choose_isa).
const WordKernels& word_kernels(Isa isa);

}  // namespace mana::kernels
