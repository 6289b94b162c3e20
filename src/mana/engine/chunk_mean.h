#pragma once

#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

#include "mana/engine/batches.h"

namespace mana::engine {

/// The vectors of texts that were encoded in several pieces: v = Σ n_i v_i / Σ n_i, n_i the tokens of piece i; that of
/// its only piece for a text without tokens. Pieces
/// may arrive in any order and from any thread; they are summed in the order of the text, so the bits do not depend on
/// it.
class ChunkMean {
 public:
  explicit ChunkMean(std::size_t texts) : chunks_(texts) {}

  void add(const Piece& piece, std::span<const float> vector);
  /// The mean of a text's pieces, in the first out.size() dimensions.
  void mean(std::size_t text, std::span<float> out);

 private:
  struct Chunk {
    std::span<const std::int32_t> ids;
    std::vector<float> vector;
  };
  std::mutex mutex_;
  std::vector<std::vector<Chunk>> chunks_;  // [texts]
};

}  // namespace mana::engine
