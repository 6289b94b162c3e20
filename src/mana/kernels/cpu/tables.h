#pragma once

#include "mana/kernels/table.h"

namespace mana::kernels {

/// The vectorised kernels of a level above `reference` that the processor has, for a precision available() there.
const Table& cpu_table(Isa isa, Precision precision);

}  // namespace mana::kernels
