#pragma once

#include <cstdint>

namespace mana::train {

/// SplitMix64 (Steele, Lea and Flood 2014): a counter and a mixing function, so any number can be where a sequence of
/// its own begins.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  /// The sequence of a part of the work, by its number.
  Random(std::uint64_t seed, std::uint64_t part) : state_(mixed(mixed(seed) + part)) {}

  std::uint64_t next() { return mixed(state_ += 0x9E3779B97F4A7C15); }
  /// 0 … bound - 1, from the upper half of a number.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>((next() >> 32U) * bound >> 32U); }

 private:
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace mana::train
