#include "mana/text/word_cache.h"

#include <algorithm>

namespace mana::text {

void WordCache::keep(std::string_view text, Range word, std::uint64_t hash, std::span<const Piece> pieces) {
  if (word.size() > kLongestWord || pieces.size() > kMostPieces) return;
  const auto leave = [](const Piece& piece, const Piece& next) { return piece.range.end != next.range.begin; };
  if (std::ranges::adjacent_find(pieces, leave) != pieces.end()) return;
  if (kept_++ == words_.size() && words_.size() < kMostWords) {  // twice what was known is forgotten
    words_.assign(std::max(words_.size() * 8, kFewestWords), {});
    kept_ = 0;
  }
  Word& kept = words_[place_of(hash)];
  std::copy_n(text.data() + word.begin, word.size(), kept.bytes);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    kept.ids[i] = pieces[i].id;
    kept.bounds[i] = static_cast<std::uint8_t>(pieces[i].range.begin - word.begin);
    kept.bounds[i + 1] = static_cast<std::uint8_t>(pieces[i].range.end - word.begin);
  }
  kept.size = static_cast<std::uint8_t>(word.size());
  kept.count = static_cast<std::uint8_t>(pieces.size());
}

}  // namespace mana::text
