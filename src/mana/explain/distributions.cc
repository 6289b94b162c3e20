#include "mana/explain/distributions.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

namespace mana::explain {
namespace {

/// −p log₂ p. A logarithm in float: its error is that of p itself.
double surprise(float p) { return p > 0 ? -static_cast<double>(p) * std::log2(p) : 0; }

}  // namespace

double entropy(std::span<const float> p) {
  double sum = 0;
  for (const float each : p) sum += surprise(each);
  return sum;
}

double share_below_uniform(std::span<const float> p) {
  const double uniform = 1 / static_cast<double>(p.size());
  // 1/N is no float: what has exactly its share is not below it.
  const auto below = std::ranges::count_if(p, [&](float each) { return each < static_cast<float>(uniform); });
  return static_cast<double>(below) * uniform;
}

double mass_of_largest(std::span<const float> p, std::size_t k) {
  std::vector<float> largest(std::min(k, p.size()));
  std::ranges::partial_sort_copy(p, largest, std::greater<>());
  return std::accumulate(largest.begin(), largest.end(), 0.0);
}

double jensen_shannon(std::span<const float> p, std::span<const float> q) {
  return jensen_shannon(p, q, entropy(p) + entropy(q));
}

double jensen_shannon(std::span<const float> p, std::span<const float> q, double entropies) {
  double mean = 0;
  for (std::size_t j = 0; j < p.size(); ++j) mean += surprise((p[j] + q[j]) / 2);
  return std::max(0.0, mean - entropies / 2);  // rounding leaves a little below 0 where p = q
}

}  // namespace mana::explain
