#pragma once

#include <cstddef>
#include <vector>

#include "mana/engine/tokenized_texts.h"

namespace mana::engine {

/// A half-open range of the sorted pieces.
struct Batch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Sorts the pieces by length, longest first (those of one length stay in order), and cuts them into batches of at most
/// `token_budget` tokens; a longer piece is a batch by itself.
std::vector<Batch> plan_batches(std::vector<Piece>& pieces, std::size_t token_budget);

}  // namespace mana::engine
