#include "mana/classify/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <utility>

namespace mana::classify {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

/// y += a x
void add(double a, const Vector& x, Vector& y) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += a * x[i];
}

double largest(const Vector& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  return most;
}

/// What a step taught about the curvature: s = x' − x, y = ∇f(x') − ∇f(x).
struct Pair {
  Vector s;
  Vector y;
  double sy;
};

/// −H ∇f, where H approximates the inverse of the Hessian: the two-loop recursion, newest pair last.
Vector direction(const Vector& gradient, const std::deque<Pair>& pairs) {
  Vector q = gradient;
  Vector alpha(pairs.size());
  for (std::size_t i = pairs.size(); i-- > 0;) {
    alpha[i] = dot(pairs[i].s, q) / pairs[i].sy;
    add(-alpha[i], pairs[i].y, q);
  }
  // H_0 = γ I: of the size that the last step saw; at first a step of at most length 1.
  const double gamma = pairs.empty() ? 1 / std::max(1.0, std::sqrt(dot(gradient, gradient)))
                                     : pairs.back().sy / dot(pairs.back().y, pairs.back().y);
  for (double& each : q) each *= gamma;
  for (std::size_t i = 0; i < pairs.size(); ++i) add(alpha[i] - dot(pairs[i].y, q) / pairs[i].sy, pairs[i].s, q);
  for (double& each : q) each = -each;
  return q;
}

struct Point {
  Vector x;
  Vector gradient;
  double value = 0;
};

/// Halves the step until f falls enough. Near the minimum f cannot show it any more, its last digits being rounding;
/// there the slope, which must have become flatter, decides. False when no step does.
bool search_line(const Objective& objective, const Point& from, const Vector& along, Point& to) {
  constexpr double kDecrease = 1e-4;
  constexpr double kFlatter = 0.9;
  constexpr double kRounding = 1e-12;
  constexpr int kHalvings = 40;
  const double slope = dot(from.gradient, along);
  double step = 1;
  for (int i = 0; i < kHalvings; ++i, step /= 2) {
    to.x = from.x;
    add(step, along, to.x);
    to.value = objective(to.x, to.gradient);
    if (to.value <= from.value + kDecrease * step * slope) return true;
    const bool same_value = to.value <= from.value + kRounding * std::abs(from.value);
    if (same_value && std::abs(dot(to.gradient, along)) <= -kFlatter * slope) return true;
  }
  return false;
}

}  // namespace

LbfgsResult minimise(const Objective& objective, std::vector<double> start, const LbfgsOptions& options) {
  Point here{std::move(start), {}, 0};
  here.gradient.resize(here.x.size());
  here.value = objective(here.x, here.gradient);
  Point next = here;
  std::deque<Pair> pairs;
  LbfgsResult result;
  while (true) {
    result.converged = largest(here.gradient) <= options.tolerance;
    if (result.converged || result.iterations == options.max_iterations) break;
    if (!search_line(objective, here, direction(here.gradient, pairs), next)) {
      if (pairs.empty()) break;
      pairs.clear();  // once more, straight down
      continue;
    }
    Pair pair{next.x, next.gradient, 0};
    add(-1, here.x, pair.s);
    add(-1, here.gradient, pair.y);
    pair.sy = dot(pair.s, pair.y);
    // Positive for a convex function, but for rounding; only then does H stay positive definite.
    if (pair.sy > 0) pairs.push_back(std::move(pair));
    if (pairs.size() > options.memory) pairs.pop_front();
    std::swap(here, next);
    ++result.iterations;
    if (options.progress) options.progress(result.iterations);
  }
  result.x = std::move(here.x);
  result.value = here.value;
  return result;
}

}  // namespace mana::classify
