#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mana::engine {

/// What is known about one embedded text beside its vector.
struct TextInfo {
  std::uint32_t tokens = 0;        ///< tokens that the model saw, special tokens included where it takes any
  std::uint32_t total_tokens = 0;  ///< tokens that the text has
  bool truncated = false;          ///< some of the text did not reach the vector
};

/// What is encoded as one sequence: a text, or a chunk of a text that is longer than the model takes.
struct Piece {
  std::uint32_t text = 0;             ///< its number among the texts that were given
  std::span<const std::int32_t> ids;  ///< special tokens included
};

/// Texts as a model sees them, and what is known about each.
struct TokenizedTexts {
  std::vector<TextInfo> texts;
  std::vector<Piece> pieces;                   ///< in the order of the texts: of each one or, of chunks, several
  std::vector<std::vector<std::int32_t>> ids;  ///< what the pieces point into
};

}  // namespace mana::engine
