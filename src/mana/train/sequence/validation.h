#pragma once

#include <cstddef>
#include <stop_token>

#include "mana/base/team.h"
#include "mana/models/transformer/trainable_transformer.h"
#include "mana/train/sequence/token_pairs.h"

namespace mana::train {

/// What a model makes of pairs that it has not learned:
///
///   H = − Σ_t log p(y_t | y_<t, x) / n      over all n tokens of the targets, labels not smoothed, no dropout
///
/// Its exponential is the perplexity. The same bits for any `batch_tokens` and any number of threads.
/// Throws ArgumentError as require_known_tokens(); Cancelled.
double cross_entropy_per_token(const models::TrainableTransformer& model, const TokenPairs& pairs,
                               std::size_t batch_tokens, Team& team, const std::stop_token& stop = {});

}  // namespace mana::train
