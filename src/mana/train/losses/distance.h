#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mana/autograd/tape.h"

namespace mana::train {

/// How far two vectors are from each other:
///   cosine  1 − cos(a, b)      euclidean  ‖a − b‖₂      manhattan  Σ_k |a_k − b_k|
enum class Distance : std::uint8_t { cosine, euclidean, manhattan };

/// "cosine", "euclidean", "manhattan"; nothing for any other name.
std::optional<Distance> distance_named(std::string_view name);
std::string_view name_of(Distance distance);

/// The distances of a's rows from b's, row by row.      a, b: [n, d] -> [n, 1]
/// `offset` is added to every difference a_k − b_k (not for cosines): it keeps the euclidean distance of equal vectors
/// away from 0, where it has no derivative; without it, that is taken as 0.
autograd::Variable distances(Distance distance, autograd::Variable a, autograd::Variable b, float offset = 0);

}  // namespace mana::train
