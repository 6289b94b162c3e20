// Stands in for the emulator where there are no kernels for AMX, and so nobody makes one.
#include "amx_emulator/emulator.h"

namespace mana::amx_emulator {

Emulator::Emulator() = default;
Emulator::~Emulator() = default;

}  // namespace mana::amx_emulator
