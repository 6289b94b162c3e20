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

autograd::Variable distances(autograd::Tape& tape, Distance distance, autograd::Variable a, autograd::Variable b,
                             float offset) {
  if (distance == Distance::cosine) return shift(tape, scale(tape, row_cosines(tape, a, b), -1), 1);
  autograd::Variable difference = subtract(tape, a, b);
  if (offset != 0) difference = shift(tape, difference, offset);
  if (distance == Distance::euclidean) return row_norms(tape, difference);
  return row_sums(tape, absolute(tape, difference));
}

}  // namespace mana::train
