#include "mana/nn/factors.h"

namespace mana::nn {

Ready::Ready(const Run& run, const Tensor& x) : x_(x) {
  if (!run.kernels.factors.exists() || x.factors() != nullptr) return;
  made_ = run.factors(x.rows(), x.columns());
  run.split(x.rows(), [&](std::size_t first, std::size_t last, unsigned) {
    run.kernels.make_factors(
        {x.data() + first * x.columns(), last - first, x.columns(), {.factors = made_.factors(), .first_row = first}});
  });
}

}  // namespace mana::nn
