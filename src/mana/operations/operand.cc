#include "mana/operations/operand.h"

namespace mana::operations {

Ready::Ready(const Run& run, const Tensor& x, const kernels::FactorKernel& factors) : x_(x) {
  if (x.layout() == factors.layout) return;
  made_ = run.factors(x.rows(), x.columns(), factors.layout);
  const bool rounded_alone = x.data() == nullptr && x.factors() != nullptr;  // without rows there is neither
  const auto make = rounded_alone ? factors.make_of_rounded : factors.make;
  run.split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    make({.x = values_from(x, first),
          .rows = last - first,
          .columns = x.columns(),
          .to = {.factors = made_.factors(), .first_row = first},
          .rounded = x.factors()});
  });
}

Tensor result_of(const Run& run, std::size_t rows, std::size_t columns, Use use) {
  return use == Use::product ? run.factors(rows, columns, run.kernels.rounded.layout) : run.tensor(rows, columns);
}

}  // namespace mana::operations
