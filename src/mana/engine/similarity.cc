#include <algorithm>
#include <cmath>

#include "mana/engine/encoder.h"

namespace mana::engine {

float similarity(formats::Similarity measure, std::span<const float> a, std::span<const float> b) {
  double dot = 0, a_squares = 0, b_squares = 0, squares = 0, absolute = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double x = a[i], y = b[i];
    dot += x * y;
    a_squares += x * x;
    b_squares += y * y;
    squares += (x - y) * (x - y);
    absolute += std::abs(x - y);
  }
  switch (measure) {
    case formats::Similarity::cosine: {
      const double lengths = std::sqrt(a_squares * b_squares);
      return lengths == 0 ? 0 : static_cast<float>(std::clamp(dot / lengths, -1.0, 1.0));
    }
    case formats::Similarity::dot: return static_cast<float>(dot);
    case formats::Similarity::euclidean: return static_cast<float>(-std::sqrt(squares));
    case formats::Similarity::manhattan: return static_cast<float>(-absolute);
  }
  return 0;
}

}  // namespace mana::engine
