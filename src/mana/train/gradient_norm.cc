#include "mana/train/gradient_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mana::train {
namespace {

constexpr std::size_t kBlock = 4096;  // values

/// In eight lanes, which compilers turn into vectors without changing the order.
double sum_of_squares(std::span<const float> values) {
  double lanes[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8) {
    for (std::size_t k = 0; k < 8; ++k) lanes[k] += double{values[i + k]} * double{values[i + k]};
  }
  for (; i < values.size(); ++i) lanes[0] += double{values[i]} * double{values[i]};
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

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
  std::vector<double> sums(blocks.size());
  run.split(blocks.size(), [&](std::size_t begin, std::size_t end, unsigned) {
    for (std::size_t i = begin; i < end; ++i) sums[i] = sum_of_squares(blocks[i]);
  });
  double sum = 0;
  for (const double each : sums) sum += each;
  return std::sqrt(sum);
}

double clip_scale(double norm, double largest) {
  constexpr double kSmall = 1e-6;  // as in PyTorch
  return std::min(1.0, largest / (norm + kSmall));
}

}  // namespace mana::train
