#include "mana/explain/attention_numbers.h"

#include <numeric>
#include <span>

#include "mana/explain/distributions.h"
#include "mana/operations/for_each.h"

namespace mana::explain {
namespace {

using operations::AttentionWeights;

/// The weights of the keys that a query sees.
std::span<const float> seen_row(const AttentionWeights& weights, std::size_t head, std::size_t query) {
  const kernels::KeyRange seen = weights.seen(query);
  return weights.row(head, query).subspan(seen.first, seen.size());
}

}  // namespace

LayerNumbers attention_numbers(const AttentionWeights& weights, std::size_t top, Team& team) {
  const std::size_t heads = weights.heads, queries = weights.queries;
  const auto mean = [&](double sum) { return sum / static_cast<double>(queries); };
  LayerNumbers numbers;
  numbers.heads.resize(heads);
  std::vector<double> entropies(heads * queries);
  operations::for_each(&team, heads, [&](std::size_t head) {
    HeadNumbers sums;
    for (std::size_t query = 0; query < queries; ++query) {
      const std::span<const float> p = seen_row(weights, head, query);
      sums.entropy += entropies[head * queries + query] = entropy(p);
      sums.below_uniform += share_below_uniform(p);
      sums.top_mass += mass_of_largest(p, top);
    }
    numbers.heads[head] = {mean(sums.entropy), mean(sums.below_uniform), mean(sums.top_mass)};
  });
  if (heads < 2) return numbers;

  std::vector<double> of_query(queries);  // Σ over the pairs of heads
  operations::for_each(&team, queries, [&](std::size_t query) {
    for (std::size_t a = 0; a < heads; ++a) {
      for (std::size_t b = a + 1; b < heads; ++b) {
        of_query[query] += jensen_shannon(seen_row(weights, a, query), seen_row(weights, b, query),
                                          entropies[a * queries + query] + entropies[b * queries + query]);
      }
    }
  });
  const double pairs = static_cast<double>(heads * (heads - 1)) / 2;
  numbers.divergence = mean(std::accumulate(of_query.begin(), of_query.end(), 0.0)) / pairs;
  return numbers;
}

}  // namespace mana::explain
