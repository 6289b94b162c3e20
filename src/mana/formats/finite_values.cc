#include "mana/formats/finite_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace mana::formats {
namespace {

constexpr std::size_t kLanes = 16;  // sums side by side, which a compiler turns into vectors

}  // namespace

/// A finite number times zero is zero; the others give nan, and a sum keeps it.
bool all_finite(std::span<const float> values) {
  std::array<float, kLanes> sums = {};
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += values[i + lane] * 0.0f;
  }
  for (; i < values.size(); ++i) sums[0] += values[i] * 0.0f;
  float sum = 0;
  for (const float each : sums) sum += each;
  return sum == 0;
}

bool all_finite(std::span<const std::byte> values) {
  constexpr std::size_t kBlock = 4096;
  std::array<float, kBlock> block;
  for (std::size_t left = values.size() / sizeof(float); left > 0;) {
    const std::size_t count = std::min(left, kBlock);
    std::memcpy(block.data(), values.data(), count * sizeof(float));
    if (!all_finite(std::span(block).first(count))) return false;
    values = values.subspan(count * sizeof(float));
    left -= count;
  }
  return true;
}

}  // namespace mana::formats
