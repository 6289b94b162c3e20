#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mana {

/// XXH64 (Collet, xxHash specification 0.1.1): 64 bits that tell whether bytes have changed, at the speed of memory.
/// Against damage, not against an enemy: anybody can make bytes with a given sum.
std::uint64_t xxh64(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace mana
