#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mana {

/// Random numbers that are the same everywhere: number i of a stream is a function of the stream's key and i
/// (SplitMix64: Steele, Lea and Flood 2014), so that a key and a position say where one is.
class Random {
 public:
  explicit Random(std::uint64_t key) : state_(key) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    return mixed(state_);
  }
  /// Below `count`, from 1 to 2³²; each as likely as the others to within count / 2³².
  std::uint32_t below(std::uint64_t count) { return static_cast<std::uint32_t>(((next() >> 32) * count) >> 32); }
  /// In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Fisher and Yates 1938; Durstenfeld 1964.
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  /// A key for a stream of its own: of an epoch of a seed, say.
  static std::uint64_t key(std::uint64_t seed, std::uint64_t number) { return mixed(mixed(seed) ^ (number + 1)); }

 private:
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
};

}  // namespace mana
