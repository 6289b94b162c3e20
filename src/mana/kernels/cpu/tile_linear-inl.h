// y = f(x W + b) on a matrix unit; compiled for AVX-512 only (see tables.cc).
#pragma once

#include "mana/kernels/cpu/bf16-inl.h"
#include "mana/kernels/cpu/int8-inl.h"
#include "mana/kernels/cpu/linear-inl.h"
#include "mana/kernels/cpu/tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// A block is two tiles of rows by two of outputs, which is a panel: a step along the inputs takes two tiles of each
/// and does four products.
inline constexpr std::size_t kBlockRows = 2 * kTileRows;
inline constexpr std::size_t kBlockSums = kBlockRows * kPanelWidth;
inline constexpr std::size_t kPanelRowBytes = 2 * kTileRowBytes;
inline constexpr std::size_t kStepBytes = 2 * kTileBytes;
/// Tiles of inputs for which a panel (24 KB) stays in the first-level cache while the rows pass by.
inline constexpr std::size_t kDepthAtOnce = 12;

/// Rows of x that stay in the second-level cache, as factors in scratch: [row / 16][tile of inputs][row % 16][64
/// bytes]. Behind them stand the sums of a block, or of all where the inputs come in several parts, and then what a
/// scheme keeps of each row.
struct TileChunk {
  TileChunk(std::size_t rows_left, std::size_t inputs, std::size_t group)
      : depth((inputs + kTileRows * group - 1) / (kTileRows * group)),
        rows(HWY_MIN(rows_left, rows_at_once(depth * kTileRowBytes, kBlockRows))) {}

  std::size_t row_tiles() const { return (rows + kTileRows - 1) / kTileRows; }
  std::size_t blocks() const { return (rows + kBlockRows - 1) / kBlockRows; }
  std::size_t factor_bytes() const { return row_tiles() * depth * kTileBytes; }
  std::size_t blocks_kept() const { return depth > kDepthAtOnce ? blocks() : 1; }
  std::size_t bytes() const { return factor_bytes() + blocks_kept() * kBlockSums * sizeof(float); }

  std::size_t depth;  ///< tiles of inputs
  std::size_t rows;
};

/// Writes every tile of the chunk: `scheme.fill(x, count, row, to)` makes 64 bytes of `count` inputs. Rows beyond the
/// last are zero.
template <class Scheme>
HWY_INLINE void fill_tiles(const LinearCall& call, std::size_t begin, const TileChunk& chunk, const Scheme& scheme) {
  constexpr std::size_t kTileInputs = kTileRows * Scheme::Product::kGroup;
  const std::size_t inputs = call.weights.inputs();
  for (std::size_t row = 0; row < chunk.row_tiles() * kTileRows; ++row) {
    std::byte* to = call.scratch + row / kTileRows * chunk.depth * kTileBytes + row % kTileRows * kTileRowBytes;
    for (std::size_t k = 0; k < inputs; k += kTileInputs, to += kTileBytes) {
      if (row < chunk.rows) {
        scheme.fill(call.x + (begin + row) * inputs + k, HWY_MIN(inputs - k, kTileInputs), row, to);
      } else {
        _mm512_storeu_si512(to, _mm512_setzero_si512());
      }
    }
  }
}

struct Bf16Tiles {
  using Product = TilePairs;
  static std::size_t scratch(std::size_t rows, std::size_t inputs) {
    return TileChunk(rows, inputs, Product::kGroup).bytes();
  }

  Bf16Tiles(const LinearCall& call, std::size_t begin, const TileChunk& chunk) : weights(call.weights) {
    fill_tiles(call, begin, chunk, *this);
  }
  HWY_INLINE void fill(const float* x, std::size_t count, std::size_t, std::byte* to) const {
    round_row(x, count, reinterpret_cast<std::int32_t*>(to));
  }
  const float* start(std::size_t column) const { return weights.bias() + column; }
  HWY_INLINE Vec value(const float* sums, std::size_t, std::size_t) const { return hn::LoadU(Tag(), sums); }

  const PackedLinear& weights;
};

struct Int8Tiles {
  using Product = TileFours;
  static std::size_t scratch(std::size_t rows, std::size_t inputs) {
    const TileChunk chunk(rows, inputs, Product::kGroup);
    return chunk.bytes() + chunk.rows * sizeof(RowRange);
  }

  Int8Tiles(const LinearCall& call, std::size_t begin, const TileChunk& chunk)
      : weights(call.weights), ranges(reinterpret_cast<RowRange*>(call.scratch + chunk.bytes())) {
    const std::size_t inputs = weights.inputs();
    for (std::size_t row = 0; row < chunk.rows; ++row) ranges[row] = row_range(call.x + (begin + row) * inputs, inputs);
    fill_tiles(call, begin, chunk, *this);
  }
  HWY_INLINE void fill(const float* x, std::size_t count, std::size_t row, std::byte* to) const {
    quantise_row(x, count, ranges[row], reinterpret_cast<std::uint8_t*>(to));
  }
  const std::int32_t* start(std::size_t) const { return kNoSums; }
  HWY_INLINE Vec value(const std::int32_t* sums, std::size_t row, std::size_t column) const {
    return dequantised(sums, ranges[row], weights, column);
  }

  const PackedLinear& weights;
  RowRange* ranges;
};

/// The sums of a finished block, which become values a few rows at a time between the products of the next: the vector
/// units work while the matrix unit does.
template <class Scheme>
struct Unfinished {
  HWY_INLINE void finish(std::size_t count) {
    for (const std::size_t stop = HWY_MIN(row + count, last); row < stop; ++row, sums += kPanelWidth) {
      finish_row(call, scheme, sums, begin, row, column);
    }
  }

  const LinearCall& call;
  const Scheme& scheme;
  std::size_t begin;
  const typename Scheme::Product::Sum* sums = nullptr;
  std::size_t row = 0, last = 0, column = 0;
};

/// Fetches the weights that come next into the second-level cache, evenly over the steps before (the first-level one is
/// full of those in use).
struct ReadAhead {
  static constexpr std::size_t kLineBytes = 64;

  HWY_INLINE void step() {
    for (std::size_t line = 0; line < lines && next < end; ++line, next += kLineBytes) {
      _mm_prefetch(reinterpret_cast<const char*>(next), _MM_HINT_T1);
    }
  }

  const std::byte* next;
  const std::byte* end;
  std::size_t lines;  ///< a step
};

/// C = A B + start for one or two tiles of rows, `row_tile_bytes` apart, and a panel; `start` has rows `start_stride`
/// bytes apart. Each element is summed over the steps in order. On the way the `previous` block is finished.
template <class Product, std::size_t kRowTiles, class Previous, class Sum = typename Product::Sum>
HWY_INLINE void multiply_tiles(const std::byte* a, std::size_t row_tile_bytes, const std::byte* b, std::size_t steps,
                               const Sum* start, std::size_t start_stride, Sum* c, ReadAhead& ahead,
                               Previous& previous) {
  constexpr std::size_t kFinishedAStep = 3;  // 12 steps do the 32 rows of a block
  const auto* lower = reinterpret_cast<const std::byte*>(start) + kTileRows * start_stride;
  load_tile<0>(start, start_stride);
  load_tile<1>(start + kLanes, start_stride);
  if constexpr (kRowTiles == 2) {
    load_tile<2>(lower, start_stride);
    load_tile<3>(lower + kTileRowBytes, start_stride);
  }
  for (std::size_t step = 0; step < steps; ++step, a += kTileBytes, b += kStepBytes) {
    load_tile<6>(b, kPanelRowBytes);
    stream_tile<4>(a, kTileRowBytes);  // so that the panel stays in the first-level cache
    Product::template add<0, 4, 6>();
    load_tile<7>(b + kTileRowBytes, kPanelRowBytes);
    Product::template add<1, 4, 7>();
    if constexpr (kRowTiles == 2) {
      stream_tile<5>(a + row_tile_bytes, kTileRowBytes);
      Product::template add<2, 5, 6>();
      Product::template add<3, 5, 7>();
    }
    ahead.step();
    previous.finish(kFinishedAStep);
  }
  previous.finish(kBlockRows);
  store_tile<0>(c, kPanelRowBytes);
  store_tile<1>(c + kLanes, kPanelRowBytes);
  if constexpr (kRowTiles == 2) {
    store_tile<2>(c + kTileRows * kPanelWidth, kPanelRowBytes);
    store_tile<3>(c + kTileRows * kPanelWidth + kLanes, kPanelRowBytes);
  }
}

/// The walk over chunks of rows, panels, parts of their inputs and blocks. What it computes of a row depends on nothing
/// but the row: a tile's rows do not meet.
template <class Scheme>
void tile_linear(const LinearCall& call) {
  using Sum = typename Scheme::Product::Sum;
  const PackedLinear& weights = call.weights;
  const auto* end = weights.panel<std::byte>(call.last_panel);
  const Tiles tiles;
  for (std::size_t begin = 0; begin < call.rows;) {
    const TileChunk chunk(call.rows - begin, weights.inputs(), Scheme::Product::kGroup);
    const Scheme scheme(call, begin, chunk);
    auto* sums = reinterpret_cast<Sum*>(call.scratch + chunk.factor_bytes());
    Unfinished<Scheme> previous{call, scheme, begin};
    for (std::size_t panel = call.first_panel; panel < call.last_panel; ++panel) {
      const std::size_t column = panel * kPanelWidth;
      for (std::size_t first = 0; first < chunk.depth; first += kDepthAtOnce) {
        const std::size_t steps = HWY_MIN(kDepthAtOnce, chunk.depth - first);
        const auto* b = weights.panel<std::byte>(panel) + first * kStepBytes;
        ReadAhead ahead{b + steps * kStepBytes, end,
                        (kStepBytes / ReadAhead::kLineBytes + chunk.blocks() - 1) / chunk.blocks()};
        for (std::size_t row = 0; row < chunk.rows; row += kBlockRows) {
          Sum* c = chunk.blocks_kept() == 1 ? sums : sums + row * kPanelWidth;
          const Sum* start = first == 0 ? scheme.start(column) : c;
          const std::size_t stride = first == 0 ? 0 : kPanelRowBytes, rows = HWY_MIN(kBlockRows, chunk.rows - row);
          const auto* a = call.scratch + (row / kTileRows * chunk.depth + first) * kTileBytes;
          if (rows > kTileRows) {
            multiply_tiles<typename Scheme::Product, 2>(a, chunk.depth * kTileBytes, b, steps, start, stride, c, ahead,
                                                        previous);
          } else {
            multiply_tiles<typename Scheme::Product, 1>(a, chunk.depth * kTileBytes, b, steps, start, stride, c, ahead,
                                                        previous);
          }
          if (first + steps < chunk.depth) continue;
          previous.sums = c, previous.row = row, previous.last = row + rows, previous.column = column;
        }
      }
    }
    previous.finish(kBlockRows);
    begin += chunk.rows;
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
