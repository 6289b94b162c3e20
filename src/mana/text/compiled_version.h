#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace mana::text {

inline constexpr std::uint64_t kCompiledMark = 0x656B6F74616E616D;  // "manatoke"
/// The form of Tokenizer::compiled(): one more whenever fields, the hash or the tables change, a kind is put before
/// others in its variant, or the same files make another tokenizer than before.
inline constexpr std::uint64_t kCompiledVersion = 5;

/// The version of what compiled() once gave; 0 when it never did.
inline std::uint64_t compiled_version(std::span<const std::byte> bytes) {
  std::uint64_t numbers[2] = {};
  if (bytes.size() < sizeof numbers) return 0;
  std::memcpy(numbers, bytes.data(), sizeof numbers);
  return numbers[0] == kCompiledMark ? numbers[1] : 0;
}

}  // namespace mana::text
