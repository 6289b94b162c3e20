#pragma once

#include "mana/text/pair_merging.h"
#include "mana/text/unigram_lattice.h"
#include "mana/text/word_cache.h"

namespace mana::text {

/// What a model keeps from one text to the next: how words were cut, and memory for cutting more. Of one thread and one
/// model.
struct ModelMemory {
  WordCache cache;
  PairMerging merging;     ///< of BytePairEncoding
  UnigramLattice lattice;  ///< of Unigram
};

}  // namespace mana::text
