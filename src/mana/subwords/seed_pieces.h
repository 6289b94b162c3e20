#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mana/base/team.h"
#include "mana/subwords/piece_rules.h"
#include "mana/subwords/sentence_words.h"

namespace mana::subwords {

/// A piece and what speaks for it: how often it stands, its log-probability, or its rank.
struct ScoredPiece {
  std::string text;
  float score = 0;
};

/// The pieces that the unigram model begins with: the letters of the alphabet, and of all strings of two and more
/// characters that the rules allow and that stand twice and more within words the `most` highest of
///
///   score(s) = count(s) |s|
///
/// with |s| in characters; those scored alike by falling size and then in order. As in SentencePiece 0.2.3, only
/// strings are looked at that are followed by two different bytes somewhere, the byte behind a word included: every
/// other one stands in a longer one wherever it stands. They are the inner nodes of the suffix tree, found in the
/// sorted suffixes (Abouelhoda et al. 2004, *Replacing suffix trees with enhanced suffix arrays*). O(n log n) for n
/// bytes of distinct words; no string is longer than the rules' `max_length`, so no two suffixes are compared any
/// further.
///
/// The scores are log-probabilities: log(score / sum of all).
std::vector<ScoredPiece> seed_pieces(const SentenceWords& words, const PieceRules& rules, std::size_t most, Team& team);

}  // namespace mana::subwords
