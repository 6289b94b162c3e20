#include "mana/nn/factors.h"

namespace mana::nn {

Ready::Ready(const Run& run, const Tensor& x, const kernels::FactorKernel& factors) : x_(x) {
  if (!factors.exists() || x.factors() != nullptr) return;
  made_ = run.factors(x.rows(), x.columns(), factors.layout);
  run.split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    factors.make(
        {x.data() + first * x.columns(), last - first, x.columns(), {.factors = made_.factors(), .first_row = first}});
  });
}

Tensor result_of(const Run& run, std::size_t rows, std::size_t columns, Use use) {
  if (use == Use::attention) return run.factors(rows, columns, run.kernels.attention_factors.layout);
  if (use == Use::product && run.kernels.rounds()) return run.factors(rows, columns, run.kernels.factors.layout);
  return run.tensor(rows, columns);
}

}  // namespace mana::nn
