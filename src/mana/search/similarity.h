#pragma once

#include <algorithm>
#include <array>
#include <span>

namespace mana::search {

/// How alike two vectors are; higher is more alike, so distances are negated.
///   cosine     a·b / (‖a‖ ‖b‖)      euclidean  −‖a − b‖₂
///   dot        a·b                  manhattan  −Σ_i |a_i − b_i|
enum class Similarity { cosine, dot, euclidean, manhattan };

inline constexpr std::array kSimilarities = {Similarity::cosine, Similarity::dot, Similarity::euclidean,
                                             Similarity::manhattan};

/// Whether it is minus a distance.
constexpr bool is_distance(Similarity measure) {
  return measure == Similarity::euclidean || measure == Similarity::manhattan;
}

/// a·b / (‖a‖ ‖b‖), a and b of the same width; 0 where one has no direction. Rounding may leave it a little outside
/// −1 … 1.
double cosine(std::span<const float> a, std::span<const float> b);

/// Summed in double; a cosine is within −1 … 1. Of vectors of different width, what both have counts.
float similarity(Similarity measure, std::span<const float> a, std::span<const float> b);

/// The product of two vectors of unit length as a cosine: rounding may leave it a little outside −1 … 1. What ranks by
/// products ranks before this, so that no two of them become equal by it.
inline float as_cosine(float product) { return std::clamp(product, -1.0F, 1.0F); }

}  // namespace mana::search
