#pragma once

#include "mana/text/growing_array.h"
#include "mana/text/normalized_text.h"
#include "mana/text/tokenizer.h"

namespace mana::text {

/// A token and the bytes of the normalised text that it stands for.
struct Piece {
  TokenId id;
  Range range;
};
using Pieces = GrowingArray<Piece>;

}  // namespace mana::text
