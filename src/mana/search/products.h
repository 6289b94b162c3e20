#pragma once

#include <cstddef>
#include <span>

#include "mana/kernels/matrix_weights.h"
#include "mana/kernels/table.h"
#include "mana/search/vectors.h"
#include "mana/tensor/buffer.h"

namespace mana::search {

/// Computes S = X Wᵀ for one thread, in the precision of the kernels: the products of vectors with those that are laid
/// out as the weights of a linear map. A product is summed in the same order wherever its two vectors stand (P1), and
/// in f32 whichever of them is laid out.
class Products {
 public:
  /// Room for X of up to `rows` rows and W of up to `outputs`.
  Products(const kernels::Table& kernels, std::size_t rows, std::size_t dimensions, std::size_t outputs);

  /// S [rows, weights.outputs()], until the next call.
  std::span<const float> operator()(const Vectors& x, const kernels::MatrixWeights& weights);

 private:
  const kernels::Table& kernels_;
  Buffer<float> products_;
  Buffer<std::byte> scratch_;
  Buffer<std::byte> operands_;
};

}  // namespace mana::search
