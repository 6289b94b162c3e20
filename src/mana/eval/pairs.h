#pragma once

#include <cstddef>
#include <map>
#include <stop_token>

#include "mana/data/labelled_pairs.h"
#include "mana/engine/encoder.h"
#include "mana/eval/embed_texts.h"
#include "mana/eval/pair_metrics.h"
#include "mana/search/similarity.h"

namespace mana::eval {

/// Classification of pairs: how well the similarity of two texts tells whether they belong together.
struct PairsResult {
  std::size_t pairs = 0;
  std::size_t positives = 0;
  std::size_t texts = 0;      ///< different ones
  std::size_t truncated = 0;  ///< of them, some of which did not reach the vector
  /// For each measure. Thresholds of euclidean and manhattan are distances: pairs at or below them count as positive.
  std::map<search::Similarity, PairMetrics> metrics;
};

/// Embeds each text once; `progress` counts different texts. Throws ArgumentError when not both kinds of pairs occur,
/// Cancelled once `stop` is requested.
PairsResult evaluate_pairs(const engine::Encoder& encoder, const data::LabelledPairs& pairs,
                           const TextProgress& progress = {}, const std::stop_token& stop = {});

}  // namespace mana::eval
