#pragma once

#include <cstdint>

#include "mana/text/growing_array.h"
#include "mana/text/tokenizer.h"

namespace mana::text {

/// The best way to a place in a word: its last piece and the sum of scores.
template <class Score>
struct LatticeStep {
  Score best;
  TokenId id;
  std::uint32_t begin;  ///< of the piece
};

/// Unigram's memory for the ways to each place.
struct UnigramLattice {
  GrowingArray<LatticeStep<float>> single_steps;
  GrowingArray<LatticeStep<double>> steps;
};

}  // namespace mana::text
