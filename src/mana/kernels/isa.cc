#include "mana/kernels/isa.h"

#include <cpuid.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "mana/base/errors.h"

namespace mana::kernels {
namespace {

constexpr std::array<std::pair<Isa, std::string_view>, 4> kNames = {
    {{Isa::reference, "reference"}, {Isa::avx2, "avx2"}, {Isa::avx512, "avx512"}, {Isa::amx, "amx"}}};

bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

/// Leaf 7: bits 22, 24 and 25 of edx are AMX-BF16, AMX-TILE and AMX-INT8. Linux hands out the tile registers on
/// request. No processor has AMX without the dot products of AVX-512, which stand beside it.
bool has_amx() {
  if (!has_avx512() || !__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512vnni")) return false;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kBits = 1U << 22 | 1U << 24 | 1U << 25;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || (edx & kBits) != kBits) return false;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace

std::optional<Isa> isa_named(std::string_view name) {
  for (const auto& [isa, known] : kNames) {
    if (name == known) return isa;
  }
  return std::nullopt;
}

std::string_view name_of(Isa isa) { return kNames[static_cast<std::size_t>(isa)].second; }

std::vector<Isa> available_isas() {
  std::vector<Isa> isas = {Isa::reference};
  if (has_avx2()) isas.push_back(Isa::avx2);
  if (has_avx512()) isas.push_back(Isa::avx512);
  if (has_amx()) isas.push_back(Isa::amx);
  return isas;
}

Isa choose_isa(std::optional<Isa> cap) {
  if (!cap) {
    if (const char* name = std::getenv("MANA_ISA"); name != nullptr && *name != '\0') {
      cap = isa_named(name);
      if (!cap) throw ArgumentError(fmt::format("MANA_ISA is '{}'; use reference, avx2, avx512 or amx", name));
    }
  }
  Isa best = Isa::reference;
  for (const Isa isa : available_isas()) {
    if (!cap || isa <= *cap) best = isa;
  }
  return best;
}

}  // namespace mana::kernels
