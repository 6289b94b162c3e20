// dW += dyᵀ x in bf16 on a matrix unit; compiled for AVX-512 only (see gradients.cc).
#pragma once

#include "mana/kernels/cpu/bf16_operands-inl.h"
#include "mana/kernels/cpu/tile_linear-inl.h"
#include "mana/kernels/cpu/weight_gradient-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mana::kernels::HWY_NAMESPACE {

/// Sums of a finished block, which are added to dW a few rows at a time between the products of the next.
struct UnfinishedGradient {
  HWY_INLINE void finish(std::size_t count) {
    for (; count > 0 && rows > 0; --count, --rows, sums += kPanelWidth, dw += stride) add_row(sums, columns, dw);
  }

  const float* sums = nullptr;
  float* dw = nullptr;
  std::size_t rows = 0, columns = 0, stride = 0;
};

/// Rows come in blocks, whose sums are added to dW one after the other. Of a block, dyᵀ lies in scratch in tiles of 16
/// outputs by 16 pairs of rows, [output / 16][row / 32][output % 16][64 bytes], and behind it x in panels of inputs, a
/// chunk at a time: a panel stays in the first-level cache while all outputs pass by. Behind them stand the sums of a
/// block.
class TileWeightGradient {
 public:
  static std::size_t scratch(std::size_t, std::size_t inputs, std::size_t outputs) {
    return left_bytes(outputs) + right_bytes(inputs) + kBlockSums * sizeof(float);
  }
  static void run(const WeightGradientCall& call) {
    const WeightGradientRange range(call);
    if (range.first_output == range.last_output || range.first_input == range.last_input) return;
    const Tiles tiles;
    TileWeightGradient(call, range)();
  }

 private:
  static constexpr std::size_t kRows = kDepthAtOnce * kTileRowBytes / 2;  ///< 32 to a tile
  static constexpr std::size_t kChunk = 768;                              ///< inputs
  static constexpr std::size_t kPanelBytes = kDepthAtOnce * kStepBytes;
  static constexpr std::size_t kLeftBytes = kDepthAtOnce * kTileBytes;  ///< of 16 outputs

  static std::size_t left_bytes(std::size_t outputs) { return (outputs + kTileRows - 1) / kTileRows * kLeftBytes; }
  static std::size_t right_bytes(std::size_t inputs) { return panels_for(HWY_MIN(inputs, kChunk)) * kPanelBytes; }

  TileWeightGradient(const WeightGradientCall& call, const WeightGradientRange& range)
      : call_(call),
        range_(range),
        outputs_(range.last_output - range.first_output),
        left_(call.scratch),
        right_(left_ + left_bytes(outputs_)),
        sums_(reinterpret_cast<float*>(right_ + right_bytes(range.last_input - range.first_input))) {}

  void operator()() {
    for (std::size_t begin = 0; begin < call_.rows; begin += kRows) {
      const std::size_t rows = HWY_MIN(kRows, call_.rows - begin);
      lay_out_left(begin, rows);
      for (std::size_t input = range_.first_input; input < range_.last_input; input += kChunk) {
        const std::size_t inputs = HWY_MIN(kChunk, range_.last_input - input);
        lay_out_right(begin, rows, input, inputs);
        for (std::size_t n = 0; n < inputs; n += kPanelWidth) multiply_panel(rows, n, input + n, inputs - n);
      }
    }
    unfinished_.finish(kBlockRows);
  }

  static std::size_t steps(std::size_t rows) { return (rows + 2 * kTileRows - 1) / (2 * kTileRows); }

  /// 16 outputs, and 16 pairs of rows that are transposed, at a time; zero beyond the last of either.
  void lay_out_left(std::size_t begin, std::size_t rows) {
    const float* dy = call_.dy + begin * call_.outputs + range_.first_output;
    if (range_.first_bias < range_.last_bias) {
      add_down(dy, rows, call_.outputs, outputs_, call_.db + range_.first_output);
    }
    for (std::size_t row = 0; row < rows; row += 2 * kTileRows) {
      std::byte* tile = left_ + row / (2 * kTileRows) * kTileBytes;
      for (std::size_t output = 0; output < outputs_; output += kTileRows, tile += kLeftBytes) {
        HWY_ALIGN std::int32_t pairs[kTileRows * kLanes];
        const std::size_t count = HWY_MIN(kTileRows, outputs_ - output);
        for (std::size_t pair = 0; pair < kTileRows; ++pair) {
          store_pairs(dy + (row + 2 * pair) * call_.outputs + output, row + 2 * pair, rows, call_.outputs, count,
                      pairs + pair * kLanes);
        }
        const auto* from = reinterpret_cast<const float*>(pairs);
        auto* to = reinterpret_cast<float*>(tile);
        for (std::size_t i = 0; i < kTileRows; i += 4) {
          for (std::size_t k = 0; k < kTileRows; k += 4) {
            transpose_fours(from + k * kLanes + i, kLanes, to + i * kLanes + k, kLanes);
          }
        }
      }
    }
  }

  void lay_out_right(std::size_t begin, std::size_t rows, std::size_t input, std::size_t inputs) {
    const float* x = call_.x + begin * call_.inputs + input;
    for (std::size_t row = 0; row < steps(rows) * 2 * kTileRows; row += 2) {
      auto* group = reinterpret_cast<std::int32_t*>(right_ + row / 2 * kPanelRowBytes);
      for (std::size_t n = 0; n < panels_for(inputs) * kPanelWidth; n += kLanes) {
        store_pairs(x + row * call_.inputs + n, row, rows, call_.inputs, n < inputs ? HWY_MIN(kLanes, inputs - n) : 0,
                    group + n / kPanelWidth * (kPanelBytes / sizeof(*group)) + n % kPanelWidth);
      }
    }
  }

  /// The pairs of row `row` of `rows` and the next, for `count` columns.
  static HWY_INLINE void store_pairs(const float* x, std::size_t row, std::size_t rows, std::size_t stride,
                                     std::size_t count, std::int32_t* to) {
    const hn::ScalableTag<std::int32_t> d;
    hn::StoreU(row < rows && count > 0 ? Bf16Operands::down(x, stride, rows - row, count) : hn::Zero(d), d, to);
  }

  /// All outputs against one panel, which begins at `input` and has `columns` inputs (or more: kPanelWidth).
  void multiply_panel(std::size_t rows, std::size_t panel_input, std::size_t input, std::size_t columns) {
    const auto* b = right_ + panel_input / kPanelWidth * kPanelBytes;
    const std::size_t blocks = (outputs_ + kBlockRows - 1) / kBlockRows;
    const TileSums<const float> start{kZeroPanel, 0};
    const TileSums<float> sums{sums_, kPanelRowBytes};
    ReadAhead ahead{b + kPanelBytes, b + 2 * kPanelBytes, (kStepBytes / ReadAhead::kLineBytes + blocks - 1) / blocks};
    for (std::size_t output = 0; output < outputs_; output += kBlockRows) {
      const std::size_t outputs = HWY_MIN(kBlockRows, outputs_ - output);
      const TileRows operands{left_ + output / kTileRows * kLeftBytes, kTileRowBytes, kLeftBytes, kTileBytes};
      float* dw = call_.dw + (range_.first_output + output) * call_.inputs + input;
      for (std::size_t m = 0; m < outputs; ++m) {
        __builtin_prefetch(dw + m * call_.inputs, 1);
        __builtin_prefetch(dw + m * call_.inputs + HWY_MIN(columns, kPanelWidth) - 1, 1);
      }
      if (outputs > kTileRows) {
        multiply_tiles<TilePairs, 2>(operands, b, steps(rows), start, sums, ahead, unfinished_);
      } else {
        multiply_tiles<TilePairs, 1>(operands, b, steps(rows), start, sums, ahead, unfinished_);
      }
      unfinished_ = {sums_, dw, outputs, HWY_MIN(columns, kPanelWidth), call_.inputs};
    }
  }

  const WeightGradientCall& call_;
  const WeightGradientRange& range_;
  std::size_t outputs_;
  std::byte* left_;
  std::byte* right_;
  float* sums_;
  UnfinishedGradient unfinished_;
};

}  // namespace mana::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
