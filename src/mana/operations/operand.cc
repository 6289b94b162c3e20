#include "mana/operations/operand.h"

namespace mana::operations {

Operands::Operands(const Run& run, const Tensor& x, const kernels::OperandKernel& operands) : x_(x) {
  if (x.layout() == operands.layout) return;
  made_ = run.operands(x.rows(), x.columns(), operands.layout);
  const bool rounded_alone = x.data() == nullptr && x.operands() != nullptr;  // without rows there is neither
  const auto make = rounded_alone ? operands.make_of_rounded : operands.make;
  run.split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    make({.x = values_from(x, first),
          .rows = last - first,
          .columns = x.columns(),
          .to = {.operands = made_.operands(), .first_row = first},
          .rounded = x.operands()});
  });
}

Tensor result_of(const Run& run, std::size_t rows, std::size_t columns, Use use) {
  return use == Use::product ? run.operands(rows, columns, run.kernels.rounded.layout) : run.tensor(rows, columns);
}

}  // namespace mana::operations
