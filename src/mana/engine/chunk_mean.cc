#include "mana/engine/chunk_mean.h"

#include <algorithm>

namespace mana::engine {

void ChunkMean::add(const Piece& piece, std::span<const float> vector) {
  const std::scoped_lock lock(mutex_);
  chunks_[piece.text].push_back({piece.ids, {vector.begin(), vector.end()}});
}

void ChunkMean::mean(std::size_t text, std::span<float> out) {
  std::vector<Chunk>& chunks = chunks_[text];
  // The pieces of a text lie one behind the other in the memory of one thread.
  std::ranges::sort(chunks, {}, [](const Chunk& chunk) { return chunk.ids.data(); });
  std::ranges::fill(out, 0.0f);
  float tokens = 0;
  for (const Chunk& chunk : chunks) {
    const auto length = static_cast<float>(chunk.ids.size());
    tokens += length;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += length * chunk.vector[i];
  }
  if (tokens == 0) {
    if (!chunks.empty()) std::copy_n(chunks.front().vector.begin(), out.size(), out.begin());
    return;
  }
  for (float& value : out) value /= tokens;
}

}  // namespace mana::engine
