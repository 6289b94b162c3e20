// The instructions of a matrix unit (Intel's AMX); compiled for AVX-512 only (see tables.cc). In assembler, since the
// target attributes that the intrinsics need do not nest in Highway's with every compiler.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mana/kernels/cpu/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// A tile is 16 rows of 64 bytes: 16 sums of 32 bits, or as many groups of small operands.
inline constexpr std::size_t kTileRows = 16;
inline constexpr std::size_t kTileRowBytes = 64;
inline constexpr std::size_t kTileBytes = kTileRows * kTileRowBytes;

/// What LDTILECFG reads.
struct TileConfiguration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
inline constexpr TileConfiguration kWholeTiles;

/// The eight tiles of this thread, for as long as this lives; all of them whole, so that one configuration does for
/// every product, whatever its remainders.
class Tiles {
 public:
  HWY_INLINE Tiles() { asm volatile("ldtilecfg %0" : : "m"(kWholeTiles)); }
  HWY_INLINE ~Tiles() { asm volatile("tilerelease"); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
};

template <int kTile>
HWY_INLINE void zero_tile() {
  asm volatile("tilezero %%tmm%c0" : : "i"(kTile));
}

/// Rows `stride` bytes apart; with a stride of zero all are the first.
template <int kTile>
HWY_INLINE void load_tile(const void* from, std::size_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(kTile) : "memory");
}

/// The same for what passes by and should not evict from the first-level cache what stays.
template <int kTile>
HWY_INLINE void stream_tile(const void* from, std::size_t stride) {
  asm volatile("tileloaddt1 (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(kTile) : "memory");
}

template <int kTile>
HWY_INLINE void store_tile(void* to, std::size_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride), "i"(kTile) : "memory");
}

/// C += A B      A: 16 rows of 16 groups of operands, B: 16 groups of inputs by 16 outputs.
struct TilePairs {  ///< bf16, two in a group; the order of summation is that of reference::linear_bf16_tiles()
  using Sum = float;
  static constexpr std::size_t kGroup = 2;
  template <int kC, int kA, int kB>
  static HWY_INLINE void add() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kC), "i"(kA), "i"(kB));
  }
};
struct TileFours {  ///< unsigned bytes by signed ones, four in a group, summed exactly
  using Sum = std::int32_t;
  static constexpr std::size_t kGroup = 4;
  template <int kC, int kA, int kB>
  static HWY_INLINE void add() {
    asm volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kC), "i"(kA), "i"(kB));
  }
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
