#include "mana/kernels/isa.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "mana/base/errors.h"
#include "mana/kernels/processor.h"

namespace mana::kernels {
namespace {

constexpr std::array<std::pair<Isa, std::string_view>, 4> kNames = {
    {{Isa::portable, "reference"}, {Isa::avx2, "avx2"}, {Isa::avx512, "avx512"}, {Isa::amx, "amx"}}};

}  // namespace

std::optional<Isa> isa_named(std::string_view name) {
  for (const auto& [isa, known] : kNames) {
    if (name == known) return isa;
  }
  return std::nullopt;
}

std::string_view name_of(Isa isa) { return kNames[static_cast<std::size_t>(isa)].second; }

std::vector<Isa> available_isas() {
  std::vector<Isa> isas = {Isa::portable};
  if (processor().avx2) isas.push_back(Isa::avx2);
  if (processor().avx512) isas.push_back(Isa::avx512);
  if (processor().amx) isas.push_back(Isa::amx);
  return isas;
}

Isa choose_isa(std::optional<Isa> cap) {
  if (!cap) {
    if (const char* name = std::getenv("MANA_ISA"); name != nullptr && *name != '\0') {
      cap = isa_named(name);
      if (!cap) throw ArgumentError(fmt::format("MANA_ISA is '{}'; use reference, avx2, avx512 or amx", name));
    }
  }
  Isa best = Isa::portable;
  for (const Isa isa : available_isas()) {
    if (!cap || isa <= *cap) best = isa;
  }
  return best;
}

}  // namespace mana::kernels
