#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

/// Vectors in fewer bytes.
namespace mana::compress {

/// The least and the greatest number of each dimension, [2, dimensions]: what the levels of 8-bit embeddings divide.
class EmbeddingRanges {
 public:
  /// The least of all dimensions, then the greatest. Throws ArgumentError that names the dimension whose bounds are not
  /// finite or the wrong way round.
  explicit EmbeddingRanges(std::vector<float> values);

  /// An .npy file of floats [2, dimensions], as sentence-transformers takes it. Throws IoError, FormatError.
  static EmbeddingRanges read(const std::filesystem::path& path);
  /// As f32. Throws IoError.
  void write(const std::filesystem::path& path) const;

  std::size_t dimensions() const { return values_.size() / 2; }
  std::span<const float> least() const { return std::span(values_).first(dimensions()); }
  std::span<const float> greatest() const { return std::span(values_).last(dimensions()); }
  std::span<const float> values() const { return values_; }

 private:
  std::vector<float> values_;
};

/// Finds the ranges of a sample of vectors that are like those to be stored.
class Calibration {
 public:
  explicit Calibration(std::size_t dimensions);

  /// Takes any number of rows into account. Throws ArgumentError for a part of a row.
  void add(std::span<const float> rows);
  std::uint64_t size() const { return size_; }
  /// Throws ArgumentError for fewer than two vectors, which span nothing, or numbers that are not finite.
  EmbeddingRanges ranges() const;

 private:
  std::size_t dimensions_;
  std::vector<float> values_;  // the least of all dimensions, then the greatest
  std::uint64_t size_ = 0;
};

}  // namespace mana::compress
