#pragma once

#include <utility>
#include <vector>

#include "mana/kernels/precision.h"

namespace mana::amx_emulator {

/// Whether a test runs AMX in software: this processor lacks it, but has what else its kernels use.
bool emulates_amx();

/// available_isas(), with AMX behind them where it is emulated; then the emulator works until the process ends.
std::vector<kernels::Isa> tested_isas();

/// Every tested level in every precision that it has.
std::vector<std::pair<kernels::Isa, kernels::Precision>> tested_levels();

}  // namespace mana::amx_emulator
