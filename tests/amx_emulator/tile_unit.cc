#include "amx_emulator/tile_unit.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace mana::amx_emulator {
namespace {

/// Subnormal numbers are zero, read or written.
inline float flushed(float x) { return std::abs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x; }

template <class T>
T element(const std::uint8_t* row, unsigned index) {
  T value;
  std::memcpy(&value, row + index * sizeof(T), sizeof(T));
  return value;
}

/// Element `index` of a row of bfloat16: the upper half of an f32.
inline float bf16(const std::uint8_t* row, unsigned index) {
  const std::uint32_t bits = std::uint32_t{element<std::uint16_t>(row, index)} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return flushed(value);
}

/// One row of a product of 16 columns at most; beside the others for its target, which makes a fused multiply-add one
/// instruction.
[[gnu::target("fma")]] void add_bf16_row(std::uint8_t* c, const std::uint8_t* a, const std::uint8_t (*b)[64],
                                         unsigned depth, unsigned columns) {
  float even[16] = {}, odd[16] = {};
  for (unsigned k = 0; k < depth; ++k) {
    for (unsigned n = 0; n < columns; ++n) {
      even[n] = flushed(__builtin_fmaf(bf16(a, 2 * k), bf16(b[k], 2 * n), even[n]));
      odd[n] = flushed(__builtin_fmaf(bf16(a, 2 * k + 1), bf16(b[k], 2 * n + 1), odd[n]));
    }
  }
  for (unsigned n = 0; n < columns; ++n) {
    const float sum = flushed(flushed(element<float>(c, n)) + flushed(even[n] + odd[n]));
    std::memcpy(c + n * sizeof(sum), &sum, sizeof(sum));
  }
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
  for (unsigned m = 0; m < tiles_[c].rows; ++m) {
    add_bf16_row(tiles_[c].bytes[m], tiles_[a].bytes[m], tiles_[b].bytes, tiles_[b].rows, tiles_[c].row_bytes / 4);
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
