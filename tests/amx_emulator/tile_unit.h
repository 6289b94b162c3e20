#pragma once

#include <cstddef>
#include <cstdint>

namespace mana::amx_emulator {

/// The tile registers of a thread and what the instructions do to them (Intel, Software Developer's Manual, volume 2).
/// An operation returns false where the processor would refuse the instruction.
class TileUnit {
 public:
  /// The 64 bytes of LDTILECFG: palette, start row, then bytes a row and rows of each tile. Clears all tiles.
  bool configure(const std::uint8_t* configuration);
  void release();

  bool zero(unsigned tile);
  /// Rows stand `stride` bytes apart.
  bool load(unsigned tile, const std::uint8_t* memory, std::ptrdiff_t stride);
  bool store(unsigned tile, std::uint8_t* memory, std::ptrdiff_t stride) const;

  /// TDPBF16PS: c += a b, the even and the odd elements of a's row summed apart by fused multiply-adds.
  bool add_bf16_products(unsigned c, unsigned a, unsigned b);
  /// TDPBSSD, TDPBSUD, TDPBUSD and TDPBUUD: c += a b of bytes in int32, without saturation.
  bool add_byte_products(unsigned c, unsigned a, unsigned b, bool a_signed, bool b_signed);

 private:
  static constexpr unsigned kTiles = 8, kMaxRows = 16, kMaxRowBytes = 64;

  struct Tile {
    unsigned rows, row_bytes;
    alignas(64) std::uint8_t bytes[kMaxRows][kMaxRowBytes];
  };

  bool valid(unsigned tile) const;
  /// Whether c [m, n], a [m, k] and b [k, n] fit together.
  bool product_valid(unsigned c, unsigned a, unsigned b) const;

  Tile tiles_[kTiles];  // all zero, as thread-local memory starts: not configured
};

}  // namespace mana::amx_emulator
