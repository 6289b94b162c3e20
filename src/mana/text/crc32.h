#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mana::text {

/// CRC-32 as zlib's, for the tests' digests: begin with 0 and go on with what was returned.
inline std::uint32_t crc32(std::uint32_t crc, std::string_view bytes) {
  static constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      table[i] = i;
      for (int bit = 0; bit < 8; ++bit) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xEDB88320U : 0);
    }
    return table;
  }();
  crc = ~crc;
  for (char byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

}  // namespace mana::text
