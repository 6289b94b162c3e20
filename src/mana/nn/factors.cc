#include "mana/nn/factors.h"

namespace mana::nn {

const Tensor& ready(const Run& run, const Tensor& x, Tensor& made) {
  if (!run.kernels.factors.exists() || x.factors() != nullptr) return x;
  made = run.factors(x.rows(), x.columns());
  run.split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    run.kernels.make_factors(
        {x.data() + first * x.columns(), last - first, x.columns(), {.factors = made.factors(), .first_row = first}});
  });
  return made;
}

}  // namespace mana::nn
