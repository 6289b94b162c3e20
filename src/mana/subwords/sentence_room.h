#pragma once

#include <cstddef>

#include "mana/subwords/sentence_words.h"

namespace mana::subwords {

/// How many of the pieces are there before training: the special ones and the alphabet. Throws ArgumentError where more
/// than `wanted`.
std::size_t require_room(const SentenceWords& words, std::size_t special, std::size_t wanted);

/// Throws ArgumentError where there are fewer pieces than wanted, and says how many there are.
void require_reached(std::size_t pieces, std::size_t wanted);

}  // namespace mana::subwords
