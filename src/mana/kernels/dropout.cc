#include "mana/kernels/dropout.h"

#include "mana/kernels/reference/dropout.h"

namespace mana::kernels {

std::uint64_t dropout_key(std::uint64_t seed, std::uint64_t step, std::uint32_t site) {
  const auto words =
      reference::philox({static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32), site, 0},
                        {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, 10);
  return std::uint64_t{words[1]} << 32 | words[0];
}

}  // namespace mana::kernels
