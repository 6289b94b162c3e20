#include "amx_emulator/levels.h"

#include "amx_emulator/emulator.h"
#include "mana/kernels/processor.h"

namespace mana::amx_emulator {

using kernels::Isa;
using kernels::Precision;

bool emulates_amx() {
  const kernels::Processor& has = kernels::processor();
  return !has.amx && has.avx512_bf16 && has.avx512_vnni;
}

std::vector<Isa> tested_isas() {
  std::vector<Isa> isas = kernels::available_isas();
  if (emulates_amx()) {
    static const Emulator emulator;
    isas.push_back(Isa::amx);
  }
  return isas;
}

std::vector<std::pair<Isa, Precision>> tested_levels() {
  std::vector<std::pair<Isa, Precision>> levels;
  for (const Isa isa : tested_isas()) {
    for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8}) {
      if (kernels::available(precision, isa)) levels.emplace_back(isa, precision);
    }
  }
  return levels;
}

}  // namespace mana::amx_emulator
