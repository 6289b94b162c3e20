#include "mana/compress/embedding_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "mana/base/errors.h"

namespace mana::compress {
namespace {

/// What makes a signed byte of an unsigned one, minus 128.
constexpr std::byte kSign{0x80};

void store_halves(std::span<const float> vector, std::span<std::byte> row) {
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const std::uint16_t half = float_to_half(vector[i]);
    std::memcpy(row.data() + i * sizeof(half), &half, sizeof(half));
  }
}

void store_signs(std::span<const float> vector, std::span<std::byte> row) {
  std::ranges::fill(row, std::byte{0});
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] > 0) row[i / 8] |= std::byte{0x80} >> (i % 8);
  }
}

void store_levels(std::span<const float> vector, std::span<const float> least, std::span<const float> step,
                  std::span<std::byte> row) {
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const float level = std::floor((vector[i] - least[i]) / step[i]);
    row[i] = static_cast<std::byte>(level > 0 ? std::min(level, 255.0f) : 0.0f);
  }
}

}  // namespace

std::string_view name_of(EmbeddingType type) {
  switch (type) {
    case EmbeddingType::f32: return "f32";
    case EmbeddingType::f16: return "f16";
    case EmbeddingType::int8: return "int8";
    case EmbeddingType::uint8: return "uint8";
    case EmbeddingType::binary: return "binary";
    case EmbeddingType::ubinary: return "ubinary";
  }
  return "?";
}

bool needs_ranges(EmbeddingType type) { return type == EmbeddingType::int8 || type == EmbeddingType::uint8; }

Quantiser::Quantiser(EmbeddingType type, std::size_t dimensions, const std::optional<EmbeddingRanges>& ranges)
    : type_(type), dimensions_(dimensions) {
  if (!needs_ranges(type)) return;
  if (!ranges) throw ArgumentError(fmt::format("{} embeddings need the range of each dimension", name_of(type)));
  if (ranges->dimensions() != dimensions) {
    throw ArgumentError(
        fmt::format("there are ranges of {} dimensions, but vectors of {}: calibrate on the same model "
                    "and dimensions",
                    ranges->dimensions(), dimensions));
  }
  least_.assign(ranges->least().begin(), ranges->least().end());
  step_.resize(dimensions);
  for (std::size_t i = 0; i < dimensions; ++i) {
    const float step = (ranges->greatest()[i] - least_[i]) / 255.0f;
    step_[i] = step == 0 ? 1.0f : step;
  }
}

DType Quantiser::dtype() const {
  switch (type_) {
    case EmbeddingType::f32: return DType::f32;
    case EmbeddingType::f16: return DType::f16;
    case EmbeddingType::int8:
    case EmbeddingType::binary: return DType::i8;
    case EmbeddingType::uint8:
    case EmbeddingType::ubinary: return DType::u8;
  }
  return DType::f32;
}

std::size_t Quantiser::columns() const {
  const bool packed = type_ == EmbeddingType::binary || type_ == EmbeddingType::ubinary;
  return packed ? (dimensions_ + 7) / 8 : dimensions_;
}

bool Quantiser::holds(std::span<const float> vector) const {
  constexpr float kBeyond = 65520;  // what is nearer to the greatest half, 65504, becomes that
  if (type_ != EmbeddingType::f16) return true;
  return std::ranges::all_of(vector, [](float value) { return std::abs(value) < kBeyond; });
}

void Quantiser::store(std::span<const float> vector, std::span<std::byte> row) const {
  if (vector.size() != dimensions_ || row.size() != row_bytes()) {
    throw ArgumentError(fmt::format("a vector of {} numbers does not fill {} bytes as {} of {} dimensions",
                                    vector.size(), row.size(), name_of(type_), dimensions_));
  }
  switch (type_) {
    case EmbeddingType::f32: std::ranges::copy(std::as_bytes(vector), row.begin()); return;
    case EmbeddingType::f16: return store_halves(vector, row);
    case EmbeddingType::int8:
    case EmbeddingType::uint8: store_levels(vector, least_, step_, row); break;
    case EmbeddingType::binary:
    case EmbeddingType::ubinary: store_signs(vector, row); break;
  }
  if (dtype() == DType::i8) std::ranges::transform(row, row.begin(), [](std::byte each) { return each ^ kSign; });
}

}  // namespace mana::compress
