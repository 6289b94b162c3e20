#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mana/text/padded_word.h"
#include "mana/text/piece.h"

namespace mana::text {

/// How words were cut into pieces lately, for text comes back to the same words and finding one costs less than cutting
/// it. Direct-mapped: a word takes the place of the one that had it before, so memory is bounded whatever is read; and
/// it begins small, for one short text has to be cheap too. Of one thread and one model.
class WordCache {
 public:
  static constexpr std::size_t kLongestWord = 24;  ///< bytes
  static constexpr std::size_t kMostPieces = 6;
  static constexpr std::size_t kFewestWords = 128, kMostWords = 8192;  ///< powers of two: 8 KiB and 512 KiB

  /// Begins to fetch what find() will look at.
  void prepare(std::uint64_t hash) const {
    if (!words_.empty()) __builtin_prefetch(&words_[place_of(hash)]);
  }
  /// Adds the word's pieces if they are known. kWordPadding readable bytes follow the word, whose hash_word() is
  /// `hash`.
  bool find(std::string_view text, Range word, std::uint64_t hash, Pieces& pieces) const {
    if (words_.empty()) return false;
    const Word& known = words_[place_of(hash)];
    if (known.size != word.size() || !same_word(known.bytes, text.data() + word.begin, known.size)) return false;
    Piece* const to = pieces.room(kMostPieces);
    for (std::size_t i = 0; i < kMostPieces; ++i) {  // all of them, for their number cannot be predicted
      to[i] = {known.ids[i], {word.begin + known.bounds[i], word.begin + known.bounds[i + 1]}};
    }
    pieces.added(known.count);
    return true;
  }

  /// Remembers the pieces of a word, unless it is too long, they are too many or do not lie one behind the other.
  void keep(std::string_view text, Range word, std::uint64_t hash, std::span<const Piece> pieces);

 private:
  struct alignas(64) Word {
    char bytes[kLongestWord];
    TokenId ids[kMostPieces];
    std::uint8_t bounds[kMostPieces + 1];  // where pieces begin and end, from the word's beginning
    std::uint8_t size;                     // 0: no word yet
    std::uint8_t count;
  };

  std::size_t place_of(std::uint64_t hash) const { return hash & (words_.size() - 1); }

  std::vector<Word> words_;  // none until the first is kept
  std::size_t kept_ = 0;     // since there are so many places
};

}  // namespace mana::text
