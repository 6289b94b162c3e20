#include "mana/operations/sum_of_squares.h"

#include <vector>

#include "mana/operations/for_each.h"
#include "mana/operations/training_kernels.h"

namespace mana::operations {

double sum_of_squares(const kernels::Run& run, std::span<const std::span<const float>> blocks) {
  const kernels::GradientTable& kernels = training_kernels(run);
  std::vector<double> sums(blocks.size());
  for_each(run, blocks.size(),
           [&](std::size_t i) { sums[i] = kernels.sum_of_squares(blocks[i].data(), blocks[i].size()); });
  double sum = 0;
  for (const double each : sums) sum += each;
  return sum;
}

}  // namespace mana::operations
