#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "mana/base/team.h"
#include "mana/subwords/piece_rules.h"
#include "mana/subwords/seed_pieces.h"
#include "mana/subwords/sentence_words.h"

namespace mana::subwords {

struct UnigramSettings {
  std::size_t pieces = 8000;  ///< wanted at the end, special ones included
  std::size_t special = 3;    ///< special ones among them, bytes included, which are not trained
  PieceRules rules = {};
  std::size_t seeds = 1'000'000;   ///< what the model is cut down from
  double shrinking_factor = 0.75;  ///< of the pieces that stay in each round
  unsigned iterations = 2;         ///< of EM in each round
};

/// Learns the pieces of a unigram model (Kudo 2018, arXiv:1804.10959) as SentencePiece 0.2.3 does: from many seeds, in
/// rounds of EM, whose maximum is that of a sparse prior (Liang and Klein 2007),
///
///   log p(x) = digamma(E[x]) - digamma(sum E)
///
/// each followed by leaving out the pieces whose loss is smallest, where its occurrences are cut into the next best
/// pieces,
///
///   loss(x) = f(x) / F (log p'(x) - log p'(next best of x)),   p' of the counts f of the likeliest cuts
///
/// until there are 1.1 times as many as wanted; then pieces that a better cut hides go, and the likeliest stay, letters
/// of the alphabet whatever they are. Sums are taken over fixed blocks of words, in order: the same bits for any number
/// of threads. By falling log-probability.
///
/// `round` is told the number of pieces after each round. Throws ArgumentError where the alphabet has no room, or where
/// the text has fewer pieces.
std::vector<ScoredPiece> train_unigram(const SentenceWords& words, const UnigramSettings& settings, Team& team,
                                       const std::function<void(std::size_t pieces)>& round = {});

}  // namespace mana::subwords
