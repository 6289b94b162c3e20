#pragma once

#include <optional>
#include <vector>

#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"
#include "mana/models/packed_weights.h"

namespace mana::jobs {

/// What a model that is to be `wanted` (nothing: f32) is computed in here: f32 where the processor has no products of
/// it.
kernels::Precision computed_precision(std::optional<kernels::Precision> wanted);

/// The kernels that a packed model is to serve: those of `levels`, else of this processor's best one. Throws
/// OptionError for a level that the processor lacks or that has no kernels of the precision.
std::vector<models::PackTarget> pack_targets(std::optional<kernels::Precision> wanted,
                                             const std::optional<std::vector<kernels::Isa>>& levels);

}  // namespace mana::jobs
