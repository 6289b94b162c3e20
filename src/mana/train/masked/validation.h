#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "mana/base/team.h"
#include "mana/models/masked/trainable_masked_model.h"
#include "mana/train/masked/masked_task.h"

namespace mana::train {

/// What a model makes of texts that it has not learned, without dropout.
struct MaskedScores {
  double loss = 0;      ///< −log p of the words that are asked for, a mean
  double accuracy = 0;  ///< the share of those behind [MASK] whose word is the likeliest one
  std::size_t words = 0;
  std::size_t masked = 0;                ///< of them are behind [MASK]
  std::optional<double> next_loss = {};  ///< −log p of "B follows A" or "it does not", a mean over pairs
  std::optional<double> next_accuracy = {};
};

/// Over the batches of the source's epoch 0. `mask` is the id of [MASK]. The same bits for any number of threads.
/// Throws Cancelled.
MaskedScores masked_scores(models::TrainableMaskedModel& model, const MaskedSource& source, std::int32_t mask,
                           Team& team, const std::stop_token& stop = {});

}  // namespace mana::train
