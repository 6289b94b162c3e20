#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace mana::search {

inline constexpr std::size_t kLanes = 16;

/// Σ term(a_i, b_i) as kLanes sums side by side, which a compiler turns into vectors: lane l has the terms of
/// i = l, l + kLanes, …; those beyond the last whole kLanes are lane 0's.
template <class Term>
std::array<float, kLanes> lane_sums(std::span<const float> a, std::span<const float> b, const Term& term) {
  std::array<float, kLanes> sums = {};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += term(a[i + lane], b[i + lane]);
  }
  for (; i < a.size(); ++i) sums[0] += term(a[i], b[i]);
  return sums;
}

}  // namespace mana::search
