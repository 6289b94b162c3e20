#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mana/subwords/character_rules.h"
#include "mana/subwords/counted_words.h"

namespace mana::subwords {

/// What SentencePiece makes of a sentence before it is cut. It stands in the `.model`, so that who reads that does the
/// same.
struct SentenceForm {
  Normalization normalization = Normalization::nmt_nfkc;
  bool persian = false;  ///< Arabic letters and digits as Persian writes them
  ZeroWidthNonJoiner zero_width_non_joiner = ZeroWidthNonJoiner::usual;
  bool add_dummy_prefix = true;          ///< a space before the text, so that its first word is like any other
  bool remove_extra_whitespaces = true;  ///< at the ends, and all but one elsewhere
  bool whitespace_as_suffix = false;     ///< the space behind a word belongs to it, not the one before

  /// compile_rules() of all that. It takes half a second: keep it.
  std::string compiled() const;
};

struct SentenceCutting {
  SentenceForm form = {};
  std::string character_map = {};         ///< form.compiled()
  std::vector<std::string> special = {};  ///< where a text spells one of these, kBoundary stands in its place
  std::size_t max_length = 4192;          ///< bytes; longer sentences are left out
  bool split_by_whitespace = true;        ///< else a sentence is a word
};

/// Cuts a line, one sentence, into the words that sentence_words() takes: normalised, each with its space mark, the
/// last one with kSentenceEnd. It keeps memory from line to line, which its copies share: each thread needs one of its
/// own.
WordCutter sentence_cutter(const SentenceCutting& cutting);

}  // namespace mana::subwords
