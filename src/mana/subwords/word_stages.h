#pragma once

#include "mana/subwords/counted_words.h"
#include "mana/subwords/options.h"
#include "mana/text/normalizer.h"
#include "mana/text/pre_tokenizer.h"

namespace mana::subwords {

/// What makes words of a text: the very stages that stand in the tokenizer which is trained, so that training and use
/// cannot differ.
struct WordStages {
  text::Normalizers normalizers;
  text::PreTokenizers pre_tokenizers;

  /// Cuts lines by them; refers to this, which has to live longer.
  WordCutter cutter() const;
};

/// Those of WordPiece (BertNormalizer and BertPreTokenizer) and of byte-level BPE (the words of GPT-2), behind what the
/// options fold.
WordStages word_stages(const Options& options);

}  // namespace mana::subwords
