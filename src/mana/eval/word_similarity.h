#pragma once

#include <cstddef>
#include <vector>

#include "mana/data/word_questions.h"
#include "mana/formats/word_vectors.h"

namespace mana::eval {

/// How well the cosines of words' vectors agree with people's judgement (Finkelstein et al. 2001).
struct WordSimilarityResult {
  std::size_t pairs = 0;    ///< those that were compared
  std::size_t unknown = 0;  ///< pairs left out, since a word of theirs is not known
  double spearman = 0;      ///< −1 … 1
  double pearson = 0;       ///< −1 … 1
};

/// Words are looked up without regard to case among the first `among`. Throws ArgumentError where fewer than two pairs
/// are known, or all their scores or all their cosines are the same.
WordSimilarityResult evaluate_word_similarity(const formats::WordVectors& vectors,
                                              const std::vector<data::ScoredWords>& pairs, std::size_t among);

}  // namespace mana::eval
