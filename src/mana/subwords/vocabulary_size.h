#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mana/subwords/options.h"

namespace mana::subwords {

/// The number of a letter, which is added to the pieces unless it is one of the special tokens that they begin with.
std::uint32_t add_letter(const Options& options, std::vector<std::string>& pieces, std::string letter);

/// Throws ArgumentError where the vocabulary has no room for the special tokens and the alphabet, `pieces` together.
void require_room(const Options& options, std::size_t pieces);

/// Throws ArgumentError where fewer pieces than wanted could be learnt.
void require_reached(const Options& options, std::size_t pieces);

}  // namespace mana::subwords
