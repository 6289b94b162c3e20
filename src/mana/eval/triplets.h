#pragma once

#include <cstddef>
#include <map>
#include <stop_token>

#include "mana/data/triplets.h"
#include "mana/engine/encoder.h"
#include "mana/eval/embed_texts.h"
#include "mana/search/similarity.h"

namespace mana::eval {

/// Triplets: the share in which the anchor is more alike to the positive than to the negative by more than a margin,
///
///   sim(anchor, positive) > sim(anchor, negative) + margin
struct TripletsResult {
  std::size_t triplets = 0;
  std::size_t texts = 0;      ///< different ones; a text may count as a query and as a document
  std::size_t truncated = 0;  ///< of them, some of which did not reach the vector
  std::map<search::Similarity, double> accuracy;
};

/// `queries` and `documents` are the model with the prompt of anchors and of the others; they may be one encoder.
/// Embeds each text once; `progress` counts different texts. Throws ArgumentError when there are no triplets or the two
/// encoders give vectors of different width or a similarity is no finite number, Cancelled once `stop` is requested.
TripletsResult evaluate_triplets(const engine::Encoder& queries, const engine::Encoder& documents,
                                 const data::Triplets& triplets, float margin = 0, const TextProgress& progress = {},
                                 const std::stop_token& stop = {});

}  // namespace mana::eval
