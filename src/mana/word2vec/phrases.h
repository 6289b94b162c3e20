#pragma once

#include <cstdint>
#include <stop_token>

#include "mana/word2vec/token_file.h"
#include "mana/word2vec/vocabulary.h"

namespace mana::word2vec {

struct PhraseOptions {
  std::uint64_t min_count;  ///< δ, too: pairs seen less often are none
  double threshold;
  unsigned pass;  ///< from 0; each halves the threshold
  std::stop_token stop;
};

/// Joins two words that stand together more often than chance would have them, "new york" to "new_york" (Mikolov et al.
/// 2013, arXiv:1310.4546, equation 6, times the number of words as in its implementation):
///
///   score(a, b) = (count(a b) - δ) · N / (count(a) · count(b))  >  threshold
///
/// From left to right, every word in one pair at most. The counts become those of the new text. Throws IoError,
/// Cancelled.
TokenFile join_phrases(const TokenFile& text, WordCounter& counter, const PhraseOptions& options);

}  // namespace mana::word2vec
