#pragma once

#include <cstddef>
#include <cstdint>

#include "mana/kernels/run.h"

namespace mana::operations {

using kernels::Profile;
using kernels::Run;

/// What becomes of a result, so that it is left in the form which its reader takes: it is a value among others (added,
/// normalised, pooled), or what the next linear map or attention multiplies.
enum class Use : std::uint8_t { value, product };

/// x as a kernel multiplies it: itself where it has such operands or the kernel takes values, else operands made of its
/// values, or of those rounded.
class Operands {
 public:
  Operands(const Run& run, const Tensor& x, const kernels::OperandKernel& operands);

  const Tensor& operator*() const { return made_.operands() == nullptr ? x_ : made_; }
  const Tensor* operator->() const { return &**this; }

 private:
  const Tensor& x_;
  Tensor made_;
};

/// A tensor for a result: rounded where the kernels round what is multiplied next, else of values.
Tensor result_of(const Run& run, std::size_t rows, std::size_t columns, Use use);

/// Where the values of a row begin; null where there are none.
template <class Matrix>
auto* values_from(Matrix& x, std::size_t row) {
  return x.data() == nullptr ? nullptr : x.data() + row * x.columns();
}

/// Where the operands of a row begin, with whole tiles before it; null where there are none.
template <class Matrix>
auto* operands_from(Matrix& x, std::size_t row) {
  return x.operands() == nullptr ? nullptr : x.operands() + x.layout().bytes(row, x.columns());
}

}  // namespace mana::operations
