#pragma once

#include <cstddef>

#include "mana/kernels/run.h"

namespace mana::operations {

/// Memory in which a kernel works, of its own for each thread.
class Scratch {
 public:
  Scratch(const kernels::Run& run, std::size_t bytes)
      : memory_(run.tensor(run.threads(), (bytes + kAlignment - 1) / kAlignment * (kAlignment / sizeof(float)))) {}

  float* floats(unsigned thread) { return memory_.row(thread).data(); }  ///< 64-byte aligned
  std::byte* bytes(unsigned thread) { return reinterpret_cast<std::byte*>(floats(thread)); }

 private:
  static constexpr std::size_t kAlignment = 64;
  Tensor memory_;
};

}  // namespace mana::operations
