#pragma once

#include "mana/text/normalized_text.h"

namespace mana::text {

/// The normaliser of BERT and its kin.
struct BertNormalizer {
  bool clean_text = true;            ///< removes control characters, makes every whitespace a space
  bool handle_chinese_chars = true;  ///< spaces around ideographs
  bool strip_accents = true;         ///< NFD, then removes category Mn
  bool lowercase = true;

  void operator()(NormalizedText& text) const;
  bool local() const { return true; }

  /// The same, one step after the other, as the reference defines it. The call operator does it in one pass and comes
  /// here for the rare text where marks that stay have to be put in order.
  void step_by_step(NormalizedText& text) const;

 private:
  unsigned special() const;
  bool in_place(NormalizedText& text) const;
  bool one_pass(NormalizedText& text) const;
  bool put(char32_t c, Offsets source, NormalizedWriter& writer) const;
};

}  // namespace mana::text
