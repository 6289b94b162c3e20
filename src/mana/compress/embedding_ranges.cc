#include "mana/compress/embedding_ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "mana/base/errors.h"
#include "mana/formats/npy.h"

namespace mana::compress {

EmbeddingRanges::EmbeddingRanges(std::vector<float> values) : values_(std::move(values)) {
  if (values_.empty() || values_.size() % 2 != 0) {
    throw ArgumentError(fmt::format("{} numbers are not two bounds for each dimension", values_.size()));
  }
  for (std::size_t i = 0; i < dimensions(); ++i) {
    const float low = least()[i], high = greatest()[i];
    if (std::isfinite(high - low) && low <= high) continue;  // neither a bound nor the step between levels is infinite
    throw ArgumentError(fmt::format("dimension {} cannot range from {} to {}", i, low, high));
  }
}

EmbeddingRanges EmbeddingRanges::read(const std::filesystem::path& path) {
  const formats::Npy array = formats::Npy::open(path);
  if (array.shape().size() != 2 || array.shape()[0] != 2 || array.shape()[1] == 0) {
    throw FormatError(fmt::format("{}: the shape of ranges is [2, dimensions], not {}", path.string(),
                                  formats::to_string(array.shape())));
  }
  try {
    return EmbeddingRanges(array.f32());
  } catch (const Error& error) {
    throw FormatError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

void EmbeddingRanges::write(const std::filesystem::path& path) const {
  formats::NpyWriter writer(path, dimensions());
  writer.write(values_);
  writer.commit();
}

Calibration::Calibration(std::size_t dimensions) : dimensions_(dimensions), values_(2 * dimensions) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::fill_n(values_.begin(), dimensions, kInfinity);
  std::fill_n(values_.end() - static_cast<std::ptrdiff_t>(dimensions), dimensions, -kInfinity);
}

void Calibration::add(std::span<const float> rows) {
  if (dimensions_ == 0 || rows.size() % dimensions_ != 0) {
    throw ArgumentError(fmt::format("{} numbers are not whole rows of {}", rows.size(), dimensions_));
  }
  for (std::size_t at = 0; at < rows.size(); at += dimensions_) {
    for (std::size_t i = 0; i < dimensions_; ++i) {
      const float value = rows[at + i];
      float &low = values_[i], &high = values_[dimensions_ + i];
      if (value < low || std::isnan(value)) low = value;  // once NaN, it stays: ranges() refuses it
      if (value > high) high = value;
    }
  }
  size_ += rows.size() / dimensions_;
}

EmbeddingRanges Calibration::ranges() const {
  if (size_ < 2) throw ArgumentError(fmt::format("calibration needs at least 2 vectors, not {}", size_));
  return EmbeddingRanges(values_);
}

}  // namespace mana::compress
