#pragma once

#include "mana/kernels/isa.h"
#include "mana/kernels/precision.h"

/// Both throw ArgumentError, one sentence that says what to take instead.
namespace mana::kernels {

/// Where the processor does not compute in `precision` at `isa`.
void require_available(Precision precision, Isa isa);

/// The same, and where gradients cannot be computed in it: in int8.
void require_trainable(Precision precision, Isa isa);

}  // namespace mana::kernels
