#include "mana/train/gradient_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "mana/operations/sum_of_squares.h"

namespace mana::train {
namespace {

constexpr std::size_t kBlock = 4096;  // values

}  // namespace

double gradient_norm(const kernels::Run& run, std::span<const autograd::Parameter> parameters) {
  std::vector<std::span<const float>> blocks;
  for (const autograd::Parameter& parameter : parameters) {
    if (parameter.frozen) continue;
    if (parameter.sparse) {
      for (const std::uint32_t row : parameter.touched) blocks.emplace_back(parameter.gradient_row(row));
      continue;
    }
    for (std::size_t first = 0; first < parameter.size(); first += kBlock) {
      blocks.emplace_back(parameter.gradient.subspan(first, std::min(kBlock, parameter.size() - first)));
    }
  }
  return std::sqrt(operations::sum_of_squares(run, blocks));
}

double clip_scale(double norm, double largest) {
  constexpr double kSmall = 1e-6;  // as in PyTorch
  return std::min(1.0, largest / (norm + kSmall));
}

}  // namespace mana::train
