#include "mana/train/losses/online_contrastive.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "mana/autograd/operations.h"
#include "mana/train/losses/contrastive.h"

namespace mana::train {
namespace {

float mean_of(const Tensor& d, const std::vector<std::uint32_t>& rows) {
  double total = 0;
  for (const std::uint32_t row : rows) total += d.data()[row];
  return static_cast<float>(total / static_cast<double>(rows.size()));
}

}  // namespace

autograd::Variable OnlineContrastive::operator()(Columns columns, const Labels& labels) const {
  const autograd::Variable d = distances(distance, columns[0], columns[1], kContrastiveOffset);
  const Tensor& values = d.value();
  std::vector<std::uint32_t> alike, apart;
  for (std::uint32_t row = 0; row < d.rows(); ++row) {
    if (labels.values.data()[row] == 1) alike.push_back(row);
    if (labels.values.data()[row] == 0) apart.push_back(row);
  }
  const auto nearer = [&](std::uint32_t a, std::uint32_t b) { return values.data()[a] < values.data()[b]; };
  const float farthest =
      alike.empty() ? mean_of(values, apart) : values.data()[*std::ranges::max_element(alike, nearer)];
  const float nearest =
      apart.empty() ? mean_of(values, alike) : values.data()[*std::ranges::min_element(apart, nearer)];
  std::erase_if(apart, [&](std::uint32_t row) { return values.data()[row] >= farthest; });
  std::erase_if(alike, [&](std::uint32_t row) { return values.data()[row] <= nearest; });

  return sum(square(gather_rows(d, alike))) + sum(square(relu(margin - gather_rows(d, apart))));
}

}  // namespace mana::train
