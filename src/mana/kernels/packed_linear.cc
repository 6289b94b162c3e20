#include "mana/kernels/packed_linear.h"

#include <algorithm>

namespace mana::kernels {

PackedLinear::PackedLinear(std::size_t outputs, std::size_t inputs, std::size_t panel_width)
    : outputs_(outputs),
      inputs_(inputs),
      panel_width_(panel_width),
      panels_(panel_count() * inputs * panel_width),
      bias_(panel_count() * panel_width) {}

void PackedLinear::set(std::size_t first, std::span<const float> weights, std::span<const float> bias) {
  constexpr std::size_t kBlock = 16;  // a cache line of each of the panel's rows at a time
  const std::size_t rows = weights.size() / inputs_;
  std::copy(bias.begin(), bias.end(), bias_.data() + first);
  for (std::size_t begin = 0; begin < rows;) {
    // The rows that fall into one panel, a block of inputs after the other.
    const std::size_t lane = (first + begin) % panel_width_;
    const std::size_t count = std::min(rows - begin, panel_width_ - lane);
    float* panel = panels_.data() + (first + begin) / panel_width_ * panel_width_ * inputs_ + lane;
    for (std::size_t k0 = 0; k0 < inputs_; k0 += kBlock) {
      const std::size_t k1 = std::min(inputs_, k0 + kBlock);
      for (std::size_t row = 0; row < count; ++row) {
        const float* source = weights.data() + (begin + row) * inputs_;
        for (std::size_t k = k0; k < k1; ++k) panel[k * panel_width_ + row] = source[k];
      }
    }
    begin += count;
  }
}

}  // namespace mana::kernels
