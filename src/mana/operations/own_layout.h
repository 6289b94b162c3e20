#pragma once

#include "mana/kernels/matrix_weights.h"
#include "mana/kernels/run.h"

namespace mana::operations {

/// Row-major weights laid out for the products of one moment, in the run's memory.
class OwnLayout {
 public:
  /// W [outputs, inputs] and b [outputs] (or null: zero).
  OwnLayout(const kernels::Run& run, const float* weights, const float* bias, std::size_t outputs, std::size_t inputs);
  /// Wᵀ of W [inputs, outputs], without b.
  static OwnLayout transposed(const kernels::Run& run, const float* weights, std::size_t outputs, std::size_t inputs);

  const kernels::MatrixWeights& operator*() const { return weights_; }
  const kernels::MatrixWeights* operator->() const { return &weights_; }

 private:
  OwnLayout(const kernels::Run& run, std::size_t outputs, std::size_t inputs);

  kernels::MatrixWeights weights_;
  Tensor memory_;
};

/// Lays W [outputs, inputs] (`transposed`: what stands at `weights` is [inputs, outputs]) and b (or null: zero) out in
/// memory that `laid_out` has.
void lay_out(const kernels::Run& run, const float* weights, bool transposed, const float* bias,
             kernels::MatrixWeights& laid_out);

}  // namespace mana::operations
