#pragma once

#include "mana/formats/word_vectors.h"

namespace mana::formats {

/// Takes words that stand there before, with their rows and counts, out of the vectors: of the same words the first
/// counts. A note says how many there were.
void leave_out_repeated(WordVectors& vectors);

}  // namespace mana::formats
