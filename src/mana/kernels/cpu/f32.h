#pragma once

#include "mana/kernels/table.h"

namespace mana::kernels {

/// Only to be called on a processor that has the level.
const Table& f32_table_avx2();
const Table& f32_table_avx512();

}  // namespace mana::kernels
