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

struct Bf16Tiles {
  using Product = TilePairs;
  using Operands = RoundedOperands<kTileRows>;
  using Rounded = Operands;

  explicit Bf16Tiles(const LinearCall& call) : weights(call.weights) {}
  const float* start(std::size_t column) const { return weights.bias() + column; }
  static HWY_INLINE Vec gelu(Vec x) { return quick_gelu(x); }
  static HWY_INLINE WholeSums columns(const MatrixWeights&, std::size_t) { return {}; }
  NoRange range(std::size_t) const { return {}; }

  const MatrixWeights& weights;
};

struct Int8Tiles {
  using Product = TileFours;
  using Operands = QuantisedOperands<std::uint8_t, kTileRows>;
  using Rounded = RoundedOperands<kTileRows>;

  explicit Int8Tiles(const LinearCall& call)
      : weights(call.weights), rows(call.operands), lines(Operands::kLayout.lines(call.weights.inputs())) {}
  const std::int32_t* start(std::size_t) const { return kNoSums; }
  static HWY_INLINE Vec gelu(Vec x) { return quick_gelu(x); }
  static HWY_INLINE IntegerSums columns(const MatrixWeights& weights, std::size_t column) { return {weights, column}; }
  HWY_INLINE RowRange range(std::size_t row) const { return Operands::range(rows, row, lines); }

  const MatrixWeights& weights;
  const std::byte* rows;
  std::size_t lines;
};

/// Rows of x that stay in the second-level cache, and the memory for their sums: of a block, or of all where the inputs
/// come in several parts.
struct TileChunk {
  TileChunk(std::size_t rows_left, std::size_t inputs, std::size_t group)
      : depth((inputs + kTileRows * group - 1) / (kTileRows * group)),
        rows(HWY_MIN(rows_left, rows_at_once(depth * kTileRowBytes, kBlockRows))) {}

  std::size_t blocks() const { return (rows + kBlockRows - 1) / kBlockRows; }
  std::size_t blocks_kept() const { return depth > kDepthAtOnce ? blocks() : 1; }

  std::size_t depth;  ///< tiles of inputs
  std::size_t rows;
};

template <class Scheme>
std::size_t tile_scratch(std::size_t rows, std::size_t inputs) {
  return TileChunk(rows, inputs, Scheme::Product::kGroup).blocks_kept() * kBlockSums * sizeof(float);
}

/// The sums of a finished block, which become values a few rows at a time between the products of the next: the vector
/// units work while the matrix unit does.
template <class Scheme>
struct Unfinished {
  HWY_INLINE void finish(std::size_t count) {
    count = HWY_MIN(count, last - row);
    if (count == 0) return;
    finish_rows(call, scheme, sums, row, count, column);
    row += count, sums += count * kPanelWidth;
  }

  const LinearCall& call;
  const Scheme& scheme;
  const typename Scheme::Product::Sum* sums = nullptr;
  std::size_t row = 0, last = 0, column = 0;
};

/// Nothing is left to do between the products.
struct AllFinished {
  HWY_INLINE void finish(std::size_t) {}
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

/// One or two tiles of rows: their rows are `row_bytes` apart, the tiles `tile_bytes` down and `step_bytes` along.
struct TileRows {
  const std::byte* first;
  std::size_t row_bytes;
  std::size_t tile_bytes;
  std::size_t step_bytes;
};

/// A block of sums, or where it starts from: rows `row_bytes` apart; with zero all are the first. Null: from zero.
template <class Sum>
struct TileSums {
  Sum* first;
  std::size_t row_bytes;
};

template <std::size_t kRowTiles, class Sum>
HWY_INLINE void start_tiles(TileSums<Sum> start) {
  if (start.first == nullptr) {
    zero_tile<0>();
    zero_tile<1>();
    zero_tile<2>();
    zero_tile<3>();
    return;
  }
  const auto* lower = reinterpret_cast<const std::byte*>(start.first) + kTileRows * start.row_bytes;
  load_tile<0>(start.first, start.row_bytes);
  load_tile<1>(start.first + kLanes, start.row_bytes);
  if constexpr (kRowTiles == 2) {
    load_tile<2>(lower, start.row_bytes);
    load_tile<3>(lower + kTileRowBytes, start.row_bytes);
  }
}

/// C = A B + start for one or two tiles of rows and a panel. Each element is summed over the steps in order. On the way
/// the `previous` block is finished.
template <class Product, std::size_t kRowTiles, class Previous, class Sum = typename Product::Sum>
HWY_INLINE void multiply_tiles(const TileRows& rows, const std::byte* b, std::size_t steps, TileSums<const Sum> start,
                               TileSums<Sum> c, ReadAhead& ahead, Previous& previous) {
  constexpr std::size_t kFinishedAStep = 3;  // 12 steps do the 32 rows of a block
  start_tiles<kRowTiles>(start);
  const std::byte* a = rows.first;
  for (std::size_t step = 0; step < steps; ++step, a += rows.step_bytes, b += kStepBytes) {
    load_tile<6>(b, kPanelRowBytes);
    stream_tile<4>(a, rows.row_bytes);  // so that the panel stays in the first-level cache
    Product::template add<0, 4, 6>();
    load_tile<7>(b + kTileRowBytes, kPanelRowBytes);
    Product::template add<1, 4, 7>();
    if constexpr (kRowTiles == 2) {
      stream_tile<5>(a + rows.tile_bytes, rows.row_bytes);
      Product::template add<2, 5, 6>();
      Product::template add<3, 5, 7>();
    }
    ahead.step();
    previous.finish(kFinishedAStep);
  }
  previous.finish(kBlockRows);
  store_tile<0>(c.first, c.row_bytes);
  store_tile<1>(c.first + kLanes, c.row_bytes);
  if constexpr (kRowTiles == 2) {
    auto* below = reinterpret_cast<std::byte*>(c.first) + kTileRows * c.row_bytes;
    store_tile<2>(below, c.row_bytes);
    store_tile<3>(below + kTileRowBytes, c.row_bytes);
  }
}

/// The walk over chunks of rows, panels, parts of their inputs and blocks. What it computes of a row depends on nothing
/// but the row: a tile's rows do not meet.
template <class Scheme>
void tile_linear(const LinearCall& call) {
  using Product = typename Scheme::Product;
  using Sum = typename Product::Sum;
  const MatrixWeights& weights = call.weights;
  const auto* end = weights.panel<std::byte>(call.last_panel);
  const std::size_t tile_bytes = Scheme::Operands::kLayout.lines(weights.inputs()) * kTileBytes;  // of 16 rows
  const Scheme scheme(call);
  auto* sums = reinterpret_cast<Sum*>(call.scratch);
  const Tiles tiles;
  for (std::size_t begin = 0; begin < call.rows;) {
    const TileChunk chunk(call.rows - begin, weights.inputs(), Product::kGroup);
    Unfinished<Scheme> previous{call, scheme};
    for (std::size_t panel = call.first_panel; panel < call.last_panel; ++panel) {
      const std::size_t column = panel * kPanelWidth;
      for (std::size_t first = 0; first < chunk.depth; first += kDepthAtOnce) {
        const std::size_t steps = HWY_MIN(kDepthAtOnce, chunk.depth - first);
        const auto* b = weights.panel<std::byte>(panel) + first * kStepBytes;
        ReadAhead ahead{b + steps * kStepBytes, end,
                        (kStepBytes / ReadAhead::kLineBytes + chunk.blocks() - 1) / chunk.blocks()};
        for (std::size_t row = 0; row < chunk.rows; row += kBlockRows) {
          const std::size_t rows = HWY_MIN(kBlockRows, chunk.rows - row);
          const TileSums<Sum> c{chunk.blocks_kept() == 1 ? sums : sums + row * kPanelWidth, kPanelRowBytes};
          const TileSums<const Sum> start =
              first == 0 ? TileSums<const Sum>{scheme.start(column), 0} : TileSums<const Sum>{c.first, c.row_bytes};
          const TileRows a{call.operands + (begin + row) / kTileRows * tile_bytes + first * kTileBytes, kTileRowBytes,
                           tile_bytes, kTileBytes};
          if (rows > kTileRows) {
            multiply_tiles<Product, 2>(a, b, steps, start, c, ahead, previous);
          } else {
            multiply_tiles<Product, 1>(a, b, steps, start, c, ahead, previous);
          }
          if (first + steps < chunk.depth) continue;
          previous.sums = c.first, previous.row = begin + row, previous.last = begin + row + rows,
          previous.column = column;
        }
      }
    }
    previous.finish(kBlockRows);
    begin += chunk.rows;
  }
}

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
