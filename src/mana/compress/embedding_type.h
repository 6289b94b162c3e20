#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mana/compress/embedding_ranges.h"
#include "mana/tensor/dtype.h"

namespace mana::compress {

/// What a vector x is stored as; bit for bit sentence-transformers' `quantize_embeddings`, but for f16, which is
/// NumPy's.
enum class EmbeddingType {
  f32,
  f16,     ///< each number to the nearest half
  int8,    ///< uint8 - 128
  uint8,   ///< ⌊(x - least) / step⌋ within 0 … 255, step = (greatest - least) / 255, or 1 where that is 0
  binary,  ///< ubinary - 128, as a signed byte
  ubinary  ///< a bit for each number, set where x > 0; eight in a byte, the first the highest, zeros behind the last
};

/// "f32", "f16", "int8", "uint8", "binary", "ubinary"
std::string_view name_of(EmbeddingType type);
/// int8 and uint8
bool needs_ranges(EmbeddingType type);

/// Stores vectors as another type.
class Quantiser {
 public:
  /// Throws ArgumentError when the type needs ranges and has none, or those of another number of dimensions.
  Quantiser(EmbeddingType type, std::size_t dimensions, const std::optional<EmbeddingRanges>& ranges = {});

  EmbeddingType type() const { return type_; }
  std::size_t dimensions() const { return dimensions_; }
  /// What an element of the stored row is, and how many there are: the dimensions, or an eighth of them, rounded up.
  DType dtype() const;
  std::size_t columns() const;
  std::size_t row_bytes() const { return columns() * size_of(dtype()); }

  /// Whether finite numbers stay so when they are stored: those of f16 end at 65504.
  bool holds(std::span<const float> vector) const;

  /// `vector` is [dimensions], `row` is row_bytes() long, at any alignment. 8-bit levels of NaN are the lowest.
  /// Throws ArgumentError for other sizes.
  void store(std::span<const float> vector, std::span<std::byte> row) const;

 private:
  EmbeddingType type_;
  std::size_t dimensions_;
  std::vector<float> least_, step_;  // [dimensions] where the type needs ranges
};

}  // namespace mana::compress
