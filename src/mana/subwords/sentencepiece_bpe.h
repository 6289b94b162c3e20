#pragma once

#include <cstddef>
#include <vector>

#include "mana/subwords/events.h"
#include "mana/subwords/piece_rules.h"
#include "mana/subwords/seed_pieces.h"
#include "mana/subwords/sentence_words.h"

namespace mana::subwords {

struct SentencePieceBpeSettings {
  std::size_t pieces = 8000;  ///< wanted, special ones included
  std::size_t special = 3;    ///< special ones among them, bytes included, which are not trained
  PieceRules rules = {};
};

/// Learns the pieces of byte-pair encoding (Sennrich et al. 2016, algorithm 1) as SentencePiece 0.2.3 does: of all
/// pairs of symbols that stand side by side and make a piece that the rules allow,
///
///   (a, b) = argmax count(a, b)       of those counted alike, the shorter piece, then the one that is first in order
///
/// becomes one symbol wherever it stands, from left to right. Another pair that makes a piece which is there already is
/// never joined. A pair that stands nowhere any more may still be chosen, last of all.
///
/// The pieces in the order in which they came, then the alphabet; scores are 0, -1, -2 and so on. Throws ArgumentError
/// where the alphabet has no room, or where the text has fewer pieces; Cancelled.
std::vector<ScoredPiece> train_sentencepiece_bpe(const SentenceWords& words, const SentencePieceBpeSettings& settings,
                                                 const Events& events = {});

}  // namespace mana::subwords
