#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mana::engine {

/// What is encoded as one sequence: a text, or a chunk of a text that is longer than the model takes.
struct Piece {
  std::uint32_t text = 0;             ///< its number in the window
  std::span<const std::int32_t> ids;  ///< special tokens included
};

/// A half-open range of the sorted pieces.
struct Batch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Sorts the pieces by length, longest first (those of one length stay in order), and cuts them into batches of at most
/// `token_budget` tokens; a longer piece is a batch by itself.
std::vector<Batch> plan_batches(std::vector<Piece>& pieces, std::size_t token_budget);

}  // namespace mana::engine
