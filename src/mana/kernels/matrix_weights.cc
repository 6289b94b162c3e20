#include "mana/kernels/matrix_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "mana/base/errors.h"
#include "mana/tensor/dtype.h"

namespace mana::kernels {
namespace {

using Element = WeightLayout::Element;

std::size_t size_of(Element element) {
  switch (element) {
    case Element::f32: return 4;
    case Element::bf16:
    case Element::i16: return 2;
    case Element::i8: return 1;
  }
  return 0;
}

bool is_integer(Element element) { return element == Element::i16 || element == Element::i8; }

/// max |value|; NaN where one is, so that a weight that is no number makes no result one, and is no zero among them.
/// Sizes are in the order of their bits.
float largest_size(std::span<const float> values) {
  std::int32_t largest = 0;
  for (const float value : values) largest = std::max(largest, std::bit_cast<std::int32_t>(value) & 0x7fffffff);
  return std::bit_cast<float>(largest);
}

std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

MatrixWeights::MatrixWeights(std::size_t outputs, std::size_t inputs, const WeightLayout& layout)
    : outputs_(outputs),
      inputs_(inputs),
      layout_(layout),
      values_bytes_(aligned(panel_count() * layout.panel_width * sizeof(float))) {}

std::size_t MatrixWeights::panel_bytes() const {
  constexpr std::size_t kTileRows = 16;
  const std::size_t multiple = layout_.panel_width == 1 ? 1 : kTileRows;
  const std::size_t padded = (depth() + multiple - 1) / multiple * multiple;
  return padded * layout_.group * layout_.panel_width * size_of(layout_.element);
}

std::size_t MatrixWeights::byte_size() const {
  return aligned(panel_count() * panel_bytes()) + (is_integer(layout_.element) ? 3 : 1) * values_bytes_;
}

void MatrixWeights::place(std::span<const std::byte> bytes) {
  bytes_ = bytes;
  values_ = bytes.data() + aligned(panel_count() * panel_bytes());
}

void MatrixWeights::view(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  if (bytes.size() != byte_size()) {
    throw ArgumentError(fmt::format("{} bytes are not the {} of a linear map of {} inputs and {} outputs in {}",
                                    bytes.size(), byte_size(), inputs_, outputs_, name_of(layout_)));
  }
  place(bytes);
  owner_ = std::move(owner);
  memory_ = {};
}

MatrixWeights MatrixWeights::outputs_from(std::size_t first, std::size_t count) const {
  MatrixWeights part(count, inputs_, layout_);
  const std::size_t panel = first / layout_.panel_width;
  part.bytes_ = bytes_.subspan(panel * panel_bytes(), part.panel_count() * panel_bytes());
  part.values_ = values_ + first * sizeof(float);
  part.values_bytes_ = values_bytes_;  // from the biases to the scales it is as far as in the whole
  return part;
}

void MatrixWeights::allocate() {
  memory_ = Buffer<std::byte>(byte_size());
  place({memory_.data(), memory_.size()});
}

void MatrixWeights::allocate_in(std::span<std::byte> memory) {
  const bool padded = inputs_ % layout_.group != 0 || outputs_ % layout_.panel_width != 0 ||
                      panel_bytes() != depth() * layout_.group * layout_.panel_width * size_of(layout_.element);
  if (padded) std::ranges::fill(memory, std::byte{0});  // else lay_out() writes all of it
  memory_ = {};
  place(memory);
}

void MatrixWeights::lay_out(const float* weights, bool transposed, const float* bias, std::size_t first_panel,
                            std::size_t last_panel) {
  const std::size_t width = layout_.panel_width, group = layout_.group;
  const std::size_t output_stride = transposed ? 1 : inputs_, input_stride = transposed ? outputs_ : 1;
  for (std::size_t panel = first_panel; panel < last_panel; ++panel) {
    std::byte* const to = own_panel(panel);
    for (std::size_t n = panel * width; n < std::min(outputs_, (panel + 1) * width); ++n) {
      own_bias()[n] = bias == nullptr ? 0.0f : bias[n];
      for (std::size_t k = 0; k < inputs_; ++k) {
        const float value = weights[n * output_stride + k * input_stride];
        const std::size_t place = (k / group * width + n % width) * group + k % group;
        if (layout_.element == Element::f32) {
          reinterpret_cast<float*>(to)[place] = value;
        } else {
          reinterpret_cast<std::uint16_t*>(to)[place] = float_to_bfloat16(value);
        }
      }
    }
  }
}

void MatrixWeights::set(std::size_t first, std::span<const float> weights, std::span<const float> bias) {
  if (memory_.size() == 0) allocate();
  std::copy(bias.begin(), bias.end(), own_values(0) + first);
  switch (layout_.element) {
    case Element::f32: return scatter<float>(first, weights, [](float value) { return value; });
    case Element::bf16: return scatter<std::uint16_t>(first, weights, float_to_bfloat16);
    case Element::i16:
    case Element::i8: return set_integers(first, weights);
  }
}

/// Puts convert(value) for the `values` [rows, inputs] into the panels.
template <class Stored, class Value, class Convert>
void MatrixWeights::scatter(std::size_t first, std::span<const Value> values, const Convert& convert) {
  constexpr std::size_t kBlock = 16;  // inputs at a time, so that a panel's cache lines are written while they are near
  const std::size_t rows = values.size() / inputs_, width = layout_.panel_width, group = layout_.group;
  for (std::size_t begin = 0; begin < rows;) {
    // The rows that fall into one panel.
    const std::size_t lane = (first + begin) % width;
    const std::size_t count = std::min(rows - begin, width - lane);
    auto* panel = reinterpret_cast<Stored*>(memory_.data() + (first + begin) / width * panel_bytes());
    for (std::size_t k0 = 0; k0 < inputs_; k0 += kBlock) {
      const std::size_t k1 = std::min(inputs_, k0 + kBlock);
      for (std::size_t row = 0; row < count; ++row) {
        const Value* source = values.data() + (begin + row) * inputs_;
        for (std::size_t k = k0; k < k1; ++k) {
          panel[(k / group * width + lane + row) * group + k % group] = convert(source[k]);
        }
      }
    }
    begin += count;
  }
}

void MatrixWeights::set_integers(std::size_t first, std::span<const float> weights) {
  constexpr float kLargest = 127;
  std::vector<std::int16_t> levels(weights.size());
  for (std::size_t row = 0; row * inputs_ < weights.size(); ++row) {
    const std::span<const float> values = weights.subspan(row * inputs_, inputs_);
    float sum = 0;
    const float scale = largest_size(values) / kLargest;
    for (std::size_t k = 0; k < inputs_ && scale != 0 && std::isfinite(scale); ++k) {
      const auto level = static_cast<std::int16_t>(std::lrint(values[k] / scale));
      levels[row * inputs_ + k] = level;
      sum += static_cast<float>(level);
    }
    own_values(1)[first + row] = scale;
    own_values(2)[first + row] = scale * sum;
  }
  const std::span<const std::int16_t> all = levels;
  if (layout_.element == Element::i8) {
    scatter<std::int8_t>(first, all, [](std::int16_t level) { return static_cast<std::int8_t>(level); });
  } else {
    scatter<std::int16_t>(first, all, [](std::int16_t level) { return level; });
  }
}

}  // namespace mana::kernels
