#include "amx_emulator/tile_unit.h"

#include <bit>
#include <cstring>

namespace mana::amx_emulator {
namespace {

template <class T>
T element(const std::uint8_t* row, unsigned index) {
  T value;
  std::memcpy(&value, row + index * sizeof(T), sizeof(T));
  return value;
}

/// Subnormal numbers, whose exponent is zero, are zero when they are read and when they are written.
inline float flushed(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>((bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits);
}

/// Element `index` of a row of bfloat16: the upper half of an f32.
inline float bf16(const std::uint8_t* row, unsigned index) {
  return flushed(std::bit_cast<float>(std::uint32_t{element<std::uint16_t>(row, index)} << 16));
}

constexpr unsigned kColumns = 16;

/// A row of pairs of bfloat16, even and odd ones apart; beyond the tile they are zero.
struct Pairs {
  Pairs() = default;
  explicit Pairs(const std::uint8_t* row) {
    for (unsigned n = 0; n < kColumns; ++n) even[n] = bf16(row, 2 * n), odd[n] = bf16(row, 2 * n + 1);
  }
  float even[kColumns], odd[kColumns];
};

/// sums += factor · row, fused: a function of its own for its target, which has an instruction for that.
[[gnu::target("avx2,fma")]] void add_multiple(float factor, const float (&row)[kColumns], float (&sums)[kColumns]) {
  for (unsigned n = 0; n < kColumns; ++n) sums[n] = flushed(__builtin_fmaf(factor, row[n], sums[n]));
}

int byte_of(const std::uint8_t* row, unsigned index, bool is_signed) {
  return is_signed ? static_cast<int>(static_cast<std::int8_t>(row[index])) : static_cast<int>(row[index]);
}

}  // namespace

bool TileUnit::configure(const std::uint8_t* configuration) {
  constexpr unsigned kRowBytesAt = 16, kRowsAt = 48;
  release();
  if (configuration[0] == 0) return true;
  if (configuration[0] != 1) return false;
  for (unsigned tile = 0; tile < kTiles; ++tile) {
    const unsigned row_bytes = element<std::uint16_t>(configuration + kRowBytesAt, tile);
    const unsigned rows = configuration[kRowsAt + tile];
    if (rows > kMaxRows || row_bytes > kMaxRowBytes || (rows == 0) != (row_bytes == 0)) return release(), false;
    tiles_[tile].rows = rows;
    tiles_[tile].row_bytes = row_bytes;
  }
  return true;
}

void TileUnit::release() {
  for (Tile& tile : tiles_) tile = Tile{};
}

bool TileUnit::valid(unsigned tile) const { return tile < kTiles && tiles_[tile].rows != 0; }

bool TileUnit::zero(unsigned tile) {
  if (!valid(tile)) return false;
  std::memset(tiles_[tile].bytes, 0, sizeof(tiles_[tile].bytes));
  return true;
}

bool TileUnit::load(unsigned tile, const std::uint8_t* memory, std::ptrdiff_t stride) {
  if (!zero(tile)) return false;
  Tile& to = tiles_[tile];
  for (unsigned row = 0; row < to.rows; ++row, memory += stride) std::memcpy(to.bytes[row], memory, to.row_bytes);
  return true;
}

bool TileUnit::store(unsigned tile, std::uint8_t* memory, std::ptrdiff_t stride) const {
  if (!valid(tile)) return false;
  const Tile& from = tiles_[tile];
  for (unsigned row = 0; row < from.rows; ++row, memory += stride) std::memcpy(memory, from.bytes[row], from.row_bytes);
  return true;
}

bool TileUnit::product_valid(unsigned c, unsigned a, unsigned b) const {
  if (!valid(a) || !valid(b) || !valid(c) || a == b || a == c || b == c) return false;
  const Tile &sums = tiles_[c], &left = tiles_[a], &right = tiles_[b];
  return sums.row_bytes % 4 == 0 && left.row_bytes % 4 == 0 && sums.rows == left.rows &&
         sums.row_bytes == right.row_bytes && left.row_bytes / 4 == right.rows;
}

bool TileUnit::add_bf16_products(unsigned c, unsigned a, unsigned b) {
  if (!product_valid(c, a, b)) return false;
  Pairs right[kMaxRows];  // no container: a signal handler does not allocate
  for (unsigned k = 0; k < tiles_[b].rows; ++k) right[k] = Pairs(tiles_[b].bytes[k]);
  for (unsigned m = 0; m < tiles_[c].rows; ++m) {
    float even[kColumns] = {}, odd[kColumns] = {};
    const Pairs left(tiles_[a].bytes[m]);
    for (unsigned k = 0; k < tiles_[b].rows; ++k) {
      add_multiple(left.even[k], right[k].even, even);
      add_multiple(left.odd[k], right[k].odd, odd);
    }
    for (unsigned n = 0; n < tiles_[c].row_bytes / 4; ++n) {
      std::uint8_t* at = tiles_[c].bytes[m] + 4 * n;
      const float sum = flushed(flushed(element<float>(at, 0)) + flushed(even[n] + odd[n]));
      std::memcpy(at, &sum, sizeof(sum));
    }
  }
  return true;
}

bool TileUnit::add_byte_products(unsigned c, unsigned a, unsigned b, bool a_signed, bool b_signed) {
  if (!product_valid(c, a, b)) return false;
  for (unsigned m = 0; m < tiles_[c].rows; ++m) {
    for (unsigned n = 0; n < tiles_[c].row_bytes / 4; ++n) {
      std::uint8_t* at = tiles_[c].bytes[m] + 4 * n;
      auto sum = element<std::uint32_t>(at, 0);  // unsigned: it wraps as the processor's does
      for (unsigned k = 0; k < tiles_[b].rows; ++k) {
        for (unsigned i = 0; i < 4; ++i) {
          sum += static_cast<std::uint32_t>(byte_of(tiles_[a].bytes[m], 4 * k + i, a_signed) *
                                            byte_of(tiles_[b].bytes[k], 4 * n + i, b_signed));
        }
      }
      std::memcpy(at, &sum, sizeof(sum));
    }
  }
  return true;
}

}  // namespace mana::amx_emulator
