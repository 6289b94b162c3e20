#pragma once

#include <cstddef>
#include <span>

namespace mana::search {

/// Vectors of one width, one below the other, that somebody else keeps.
struct Vectors {
  std::span<const float> values;  ///< [size, dimensions]
  std::size_t dimensions = 0;

  std::size_t size() const { return dimensions == 0 ? 0 : values.size() / dimensions; }
  std::span<const float> operator[](std::size_t row) const { return values.subspan(row * dimensions, dimensions); }
  Vectors rows(std::size_t first, std::size_t count) const {
    return {values.subspan(first * dimensions, count * dimensions), dimensions};
  }
};

}  // namespace mana::search
