#pragma once

#include <cstddef>
#include <span>

/// Numbers of distributions p over N things: p_j ≥ 0, Σ_j p_j = 1. Sums are in double.
namespace mana::explain {

/// H(p) = −Σ_j p_j log₂ p_j, in bits (Shannon 1948), where 0 log 0 = 0: from 0, all on one thing, to log₂ N, the same
/// on all.
double entropy(std::span<const float> p);

/// The share of the N things with p_j < 1/N, less than if all had the same.
double share_below_uniform(std::span<const float> p);

/// Σ p_j over the k largest, or over all where there are no more.
double mass_of_largest(std::span<const float> p, std::size_t k);

/// JS(p, q) = H((p + q) / 2) − (H(p) + H(q)) / 2, in bits (Lin 1991), of p and q over the same things: from 0, p = q,
/// to 1, no thing in common.
double jensen_shannon(std::span<const float> p, std::span<const float> q);
/// The same where H(p) + H(q) is known.
double jensen_shannon(std::span<const float> p, std::span<const float> q, double entropies);

}  // namespace mana::explain
