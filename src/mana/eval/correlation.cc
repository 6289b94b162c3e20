#include "mana/eval/correlation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>

#include "mana/base/errors.h"

namespace mana::eval {
namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

bool is_constant(std::span<const double> values) {
  return std::ranges::all_of(values, [&](double value) { return value == values.front(); });
}

/// The values times a power of two that brings the largest near 1: no rounding, and no square that overflows or
/// vanishes.
std::vector<double> scaled(std::span<const double> values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  const bool scalable = largest > 0 && std::isfinite(largest);
  std::vector<double> result(values.begin(), values.end());
  if (scalable) {
    for (double& value : result) value = std::scalbn(value, -std::ilogb(largest));
  }
  return result;
}

void check(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) {
    throw ArgumentError(
        fmt::format("a correlation needs lists of one length, not {} and {} values", x.size(), y.size()));
  }
  if (x.size() < 2) throw ArgumentError(fmt::format("a correlation needs at least 2 pairs, there are {}", x.size()));
}

}  // namespace

double pearson(std::span<const double> first, std::span<const double> second) {
  check(first, second);
  // The mean of equal values may be off by a rounding, and noise would be correlated.
  if (is_constant(first) || is_constant(second)) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> x = scaled(first);
  const std::vector<double> y = scaled(second);
  const double x_mean = mean(x);
  const double y_mean = mean(y);
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - x_mean;
    const double dy = y[i] - y_mean;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  // Roots before the product: it neither overflows nor vanishes where the squares' product would.
  return std::clamp(xy / (std::sqrt(xx) * std::sqrt(yy)), -1.0, 1.0);
}

double spearman(std::span<const double> x, std::span<const double> y) {
  check(x, y);
  return pearson(average_ranks(x), average_ranks(y));
}

void require_different(std::span<const double> values, std::string_view what, std::string_view file) {
  const std::string place = file.empty() ? std::string() : fmt::format("{}: ", file);
  if (values.size() < 2) {
    throw ArgumentError(fmt::format("{}a correlation needs at least 2 pairs, there are {}", place, values.size()));
  }
  if (!is_constant(values)) return;
  throw ArgumentError(fmt::format("{}all {} {} are {}, and with what is always the same nothing can be correlated",
                                  place, values.size(), what, values.front()));
}

std::vector<double> average_ranks(std::span<const double> values) {
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
    throw ArgumentError("a value that is not a number has no rank");
  }
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = static_cast<double>(begin + 1 + end) / 2;  // the mean of begin + 1, …, end
    for (; begin < end; ++begin) ranks[order[begin]] = shared;
  }
  return ranks;
}

}  // namespace mana::eval
