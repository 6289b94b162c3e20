#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mana/models/shape/shape_of.h"
#include "mana/nn/positions.h"

namespace mana::models {

/// How the tokens of a model know where they stand.
struct PositionFacts {
  std::string_view kind;      ///< "sinusoidal", "trained", "none"
  std::size_t positions = 0;  ///< the longest text
  std::size_t width = 0;
  nn::SinusoidShape sinusoids;  ///< those of a model that has them, else those of Vaswani et al.
};

PositionFacts positions_of(const ShapeConfig& config);

/// A table with a vector for each position.
struct PositionTable {
  std::string name;  ///< "position embeddings"
  std::size_t positions = 0;
  std::size_t width = 0;
  std::vector<float> values;  ///< [positions, width]
};

/// The tables of positions that a model's folder has, which its training has changed; none of a model with sinusoids.
/// Throws IoError, FormatError.
std::vector<PositionTable> trained_positions(const std::filesystem::path& folder);

}  // namespace mana::models
