#pragma once

#include <cstddef>
#include <stop_token>

#include "mana/data/scored_pairs.h"
#include "mana/engine/encoder.h"
#include "mana/eval/embed_texts.h"

namespace mana::eval {

/// Semantic textual similarity: how well the cosine of two texts' vectors agrees with people's judgement.
struct StsResult {
  std::size_t pairs = 0;
  double spearman = 0;        ///< −1 … 1; NaN where the cosines of all pairs are the same
  double pearson = 0;         ///< the same
  std::size_t truncated = 0;  ///< texts of which some did not reach the vector
};

/// Throws ArgumentError, before anything is embedded, for fewer than two pairs or scores that are all the same;
/// Cancelled once `stop` is requested.
StsResult evaluate_sts(const engine::Encoder& encoder, const data::ScoredPairs& pairs,
                       const TextProgress& progress = {}, std::stop_token stop = {});

}  // namespace mana::eval
