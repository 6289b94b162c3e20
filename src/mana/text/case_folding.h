#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mana/text/normalized_text.h"

namespace mana::text {

struct Replace;

/// Texts that differ in case alone become one: small letters, and what Unicode's full case folding makes of them, ß ss,
/// ſ s, ﬁ fi, ς σ. In a `tokenizer.json` it is Lowercase and a Replace for each of replacements(), in this order.
struct CaseFolding {
  void operator()(NormalizedText& text) const;
  bool local() const { return true; }
  static std::vector<Replace> replacements();
};

/// Writes the σ at the end of a word as Greek does, so that folded words are spelled as they are in texts: οδός. In a
/// file it is the Replace of what kPattern matches.
struct LastSigma {
  static constexpr std::string_view kPattern = "(?<=[\\p{L}\\p{M}\\p{N}])\u03C3(?![\u200C\u200D]?[\\p{L}\\p{M}\\p{N}])";
  static constexpr std::string_view kContent = "\u03C2";
  void operator()(NormalizedText& text) const;
  bool local() const { return true; }
};

/// What folding makes of a small letter; empty where that is the letter itself.
std::string_view folded(char32_t letter);
/// Of one word, its letters folded.
void write_last_sigma(std::string& word);

/// Both stages: the one form of a text whatever its case, for training, evaluation and use. Bytes that are not UTF-8
/// become U+FFFD.
std::string fold_case(std::string_view text);

/// U+200C and U+200D, which join letters to one word.
inline constexpr bool is_joiner(char32_t c) { return c == 0x200C || c == 0x200D; }

}  // namespace mana::text
