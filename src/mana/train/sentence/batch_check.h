#pragma once

#include "mana/train/sentence/loss.h"

namespace mana::train {

/// Throws ArgumentError where the shapes of a batch or its classes are not those that the loss takes.
void check_batch(const Loss& loss, Columns columns, const Labels& labels);

}  // namespace mana::train
