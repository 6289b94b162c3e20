#pragma once

namespace mana::kernels {

/// What kernels/cpu/ makes use of, where the processor and the operating system have it. A processor that is no x86-64
/// has nothing of it.
struct Processor {
  bool avx2 = false;         ///< with fused multiply-adds and BMI2
  bool avx_vnni = false;     ///< dot products of bytes in AVX2
  bool avx512 = false;       ///< F, BW, DQ and VL, beside AVX2
  bool avx512_vnni = false;  ///< dot products of bytes in AVX-512
  bool avx512_bf16 = false;  ///< dot products of bfloat16
  bool amx = false;          ///< tiles of bfloat16 and bytes, beside all of AVX-512 here; handed out to this process
  bool amd = false;          ///< made by AMD
};

/// This one.
const Processor& processor();

}  // namespace mana::kernels
