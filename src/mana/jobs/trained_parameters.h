#pragma once

#include <span>
#include <string>

#include "mana/models/sentence/trainable_model.h"

namespace mana::jobs {

/// Gives each layer a rate of `layer_decay` times that of the one above it, and freezes what `freeze` names:
/// embeddings, layers by their numbers ("2", "0-3"), or parts of tensors' names. Throws OptionError for a name that
/// means nothing, and where nothing would be left to train.
void settle_parameters(models::TrainableModel& model, double layer_decay, std::span<const std::string> freeze);

}  // namespace mana::jobs
