#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mana/base/json.h"
#include "mana/kernels/activation.h"

/// What the `config.json` of every family says in the same way. All throw FormatError that names the place.
namespace mana::models {

/// More than any model has: sizes are checked before memory is taken for them.
inline constexpr std::int64_t kMostWidth = 1 << 16, kMostRows = 1 << 24, kMostLayers = 1000;
/// Of layers times their width: norms and biases take memory before weights prove that there are so many.
inline constexpr std::size_t kMostLayerWidths = 1 << 22;

/// The activation that transformers calls so.
kernels::Activation activation_of(const json::Value& name);

/// A whole number from 1 to `most`.
std::size_t size_at(const json::Value& config, std::string_view key, std::int64_t most);

/// The ε of a layer norm, from 0 to 1; `otherwise` where it is not said.
float norm_epsilon_at(const json::Value& config, std::string_view key, float otherwise);

/// From 0 to below 1; `otherwise` where it is not said.
float probability_at(const json::Value& config, std::string_view key, float otherwise);

/// The number with the fewest digits that is read as this one, to be written: 0.1, not 0.10000000149011612.
double shortest(float value);

}  // namespace mana::models
