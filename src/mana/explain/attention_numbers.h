#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "mana/base/team.h"
#include "mana/operations/attention_weights.h"

namespace mana::explain {

/// How a head spreads its weights: means over its queries. The row p of a query is a distribution over the N keys that
/// it sees, so of a decoder's own attention N grows from row to row.
struct HeadNumbers {
  double entropy = 0;        ///< H(p), in bits
  double below_uniform = 0;  ///< the share of weights below 1/N
  double top_mass = 0;       ///< the sum of the `top` largest weights
};

/// How much the heads of a layer differ: the mean over their pairs and over queries of JS(p, q), in bits, p and q the
/// rows of the two heads for the same query (Clark et al. 2019, section 6). Nothing for a head alone.
struct LayerNumbers {
  std::vector<HeadNumbers> heads;
  std::optional<double> divergence;
};

/// Of one attention of a text with a query at least; threads of the team share its heads and pairs. `top`: how many of
/// a row's largest weights are summed up.
LayerNumbers attention_numbers(const operations::AttentionWeights& weights, std::size_t top, Team& team);

}  // namespace mana::explain
