#include "mana/kernels/precision.h"

#include <array>
#include <utility>

#include "mana/kernels/processor.h"

namespace mana::kernels {
namespace {

constexpr std::array<std::pair<Precision, std::string_view>, 3> kNames = {
    {{Precision::f32, "f32"}, {Precision::bf16, "bf16"}, {Precision::int8, "int8"}}};

}  // namespace

std::optional<Precision> precision_named(std::string_view name) {
  for (const auto& [precision, known] : kNames) {
    if (name == known) return precision;
  }
  return std::nullopt;
}

std::string_view name_of(Precision precision) { return kNames[static_cast<std::size_t>(precision)].second; }

bool available(Precision precision, Isa isa) {
  if (precision != Precision::bf16 || isa == Isa::portable) return true;
  return isa >= Isa::avx512 && processor().avx512_bf16;
}

Precision automatic_precision(Isa isa) {
  const bool fast = isa == Isa::amx || (isa == Isa::avx512 && processor().amd);
  return fast && available(Precision::bf16, isa) ? Precision::bf16 : Precision::f32;
}

}  // namespace mana::kernels
