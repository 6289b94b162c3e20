#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace mana::eval {

/// Pearson's r of two lists: how nearly one is a linear function of the other.
///
///   r = Σ (x_i − x̄)(y_i − ȳ) / √(Σ (x_i − x̄)² Σ (y_i − ȳ)²)
///
/// Throws ArgumentError for lists of different length or of fewer than two values; NaN when a list is constant.
double pearson(std::span<const double> x, std::span<const double> y);

/// Spearman's ρ: Pearson's r of the ranks, how nearly one list is a monotonic function of the other.
double spearman(std::span<const double> x, std::span<const double> y);

/// Throws ArgumentError for what leaves a correlation undefined whatever it is held against: fewer than two values, or
/// one value again and again. `what` names the values: "scores"; the sentence begins with `file`, if there is one.
void require_different(std::span<const double> values, std::string_view what, std::string_view file = {});

/// The rank of each value, from 1; equal values share the mean of the ranks that they take up. Throws ArgumentError
/// for NaN, which has no rank.
std::vector<double> average_ranks(std::span<const double> values);

}  // namespace mana::eval
