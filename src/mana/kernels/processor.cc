#include "mana/kernels/processor.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace mana::kernels {
namespace {

#if defined(__x86_64__)
/// Leaf 7: bits 22, 24 and 25 of edx are AMX-BF16, AMX-TILE and AMX-INT8. Linux hands out the tile registers on
/// request.
bool has_tiles() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kBits = 1U << 22 | 1U << 24 | 1U << 25;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || (edx & kBits) != kBits) return false;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

Processor detect() {
  Processor found;
  found.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  found.avx_vnni = found.avx2 && __builtin_cpu_supports("avxvnni");
  found.avx512 = found.avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  found.avx512_vnni = found.avx512 && __builtin_cpu_supports("avx512vnni");
  found.avx512_bf16 = found.avx512 && __builtin_cpu_supports("avx512bf16");
  // No processor has AMX without the dot products of AVX-512, which stand beside it.
  found.amx = found.avx512_bf16 && found.avx512_vnni && has_tiles();
  found.amd = __builtin_cpu_is("amd");
  return found;
}
#else
Processor detect() { return {}; }
#endif

}  // namespace

const Processor& processor() {
  static const Processor found = detect();
  return found;
}

}  // namespace mana::kernels
