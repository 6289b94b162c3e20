#include "mana/search/similarity.h"

#include <cmath>
#include <cstddef>

namespace mana::search {
namespace {

/// Σ term(a_i, b_i)
template <class Term>
double sum(std::span<const float> a, std::span<const float> b, const Term& term) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += term(double{a[i]}, double{b[i]});
  return sum;
}

double product(double x, double y) { return x * y; }
double square_of_difference(double x, double y) { return (x - y) * (x - y); }
double size_of_difference(double x, double y) { return std::abs(x - y); }

}  // namespace

double cosine(std::span<const float> a, std::span<const float> b) {
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += double{a[i]} * double{a[i]};
    bb += double{b[i]} * double{b[i]};
    ab += double{a[i]} * double{b[i]};
  }
  const double lengths = std::sqrt(aa) * std::sqrt(bb);
  return lengths == 0 ? 0 : ab / lengths;
}

float similarity(Similarity measure, std::span<const float> a, std::span<const float> b) {
  const std::size_t width = std::min(a.size(), b.size());
  a = a.first(width);
  b = b.first(width);
  switch (measure) {
    case Similarity::cosine: return static_cast<float>(std::clamp(cosine(a, b), -1.0, 1.0));
    case Similarity::dot: return static_cast<float>(sum(a, b, product));
    case Similarity::euclidean: return static_cast<float>(-std::sqrt(sum(a, b, square_of_difference)));
    case Similarity::manhattan: return static_cast<float>(-sum(a, b, size_of_difference));
  }
  return 0;
}

}  // namespace mana::search
