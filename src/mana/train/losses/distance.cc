#include "mana/train/losses/distance.h"

#include "mana/autograd/operations.h"

namespace mana::train {

std::optional<Distance> distance_named(std::string_view name) {
  for (const Distance distance : {Distance::cosine, Distance::euclidean, Distance::manhattan}) {
    if (name == name_of(distance)) return distance;
  }
  return std::nullopt;
}

std::string_view name_of(Distance distance) {
  switch (distance) {
    case Distance::cosine: return "cosine";
    case Distance::euclidean: return "euclidean";
    case Distance::manhattan: return "manhattan";
  }
  return "";
}

autograd::Variable distances(Distance distance, autograd::Variable a, autograd::Variable b, float offset) {
  if (distance == Distance::cosine) return 1 - row_cosines(a, b);
  const autograd::Variable difference = offset == 0 ? a - b : a - b + offset;
  return distance == Distance::euclidean ? row_norms(difference) : row_sums(absolute(difference));
}

}  // namespace mana::train
