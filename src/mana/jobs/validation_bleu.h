#pragma once

#include <cstdint>

#include "mana/jobs/sequence_training.h"

namespace mana::jobs {

/// BLEU of what the model writes, greedily, for the pairs of the validation, beside their targets as they stand in the
/// file (13a, cased): each so many steps of those that are evaluated. A hypothesis may be twice as long as the longest
/// of the targets.
OutputMeasure validation_bleu(const data::ParallelFiles& validation, std::uint64_t every);

}  // namespace mana::jobs
