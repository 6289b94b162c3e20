#pragma once

#include <string>
#include <variant>
#include <vector>

#include "mana/text/bert_normalizer.h"
#include "mana/text/case_folding.h"
#include "mana/text/normalized_text.h"
#include "mana/text/precompiled.h"
#include "mana/text/regular_expression.h"
#include "mana/text/sentencepiece_normalizer.h"
#include "mana/text/unicode.h"
#include "mana/text/word_spaces.h"

namespace mana::text {

/// The normalisers of `tokenizer.json`. Each rewrites a text in time linear in it. `local()` says that it may be given
/// the text in parts, cut behind any ASCII whitespace, with the same result.

struct Lowercase {
  void operator()(NormalizedText& text) const;
  bool local() const { return true; }
};

/// Removes category M.
struct StripAccents {
  void operator()(NormalizedText& text) const;
  bool local() const { return true; }
};

/// NFD, NFKD, NFC and NFKC.
struct NormalForm {
  Equivalence equivalence;
  bool compose;
  void operator()(NormalizedText& text) const;
  bool local() const { return true; }
};

/// Removes whitespace at the ends.
struct Strip {
  bool left;
  bool right;
  void operator()(NormalizedText& text) const;
  bool local() const { return false; }
};

/// Puts `content` in place of every occurrence of `pattern`, which is not empty.
struct Replace {
  std::string pattern;
  std::string content;
  bool operator==(const Replace&) const = default;
  void operator()(NormalizedText& text) const;
  bool local() const { return pattern.find_first_of(" \t\n\v\f\r") == pattern.npos; }
};

/// Puts `prefix` before a text that is not empty.
struct Prepend {
  std::string prefix;
  void operator()(NormalizedText& text) const;
  bool local() const { return false; }
};

/// Removes control characters and makes a space of line ends, tabs, zero-width and some other marks.
struct Nmt {
  void operator()(NormalizedText& text) const;
  bool local() const { return true; }
};

/// Replace by a regular expression.
struct ReplaceExpression {
  RegularExpression expression;
  std::string content;
  void operator()(NormalizedText& text) const;
  bool local() const { return false; }
};

/// Puts `content` in place of every run of white space.
struct SpaceRuns {
  static constexpr std::string_view kPattern = "\\s+";
  std::string content;
  void operator()(NormalizedText& text) const;
  bool local() const { return false; }
};

using Normalizer =
    std::variant<BertNormalizer, Lowercase, StripAccents, NormalForm, Strip, Replace, CaseFolding, LastSigma,
                 WordSpaces, Prepend, Nmt, ReplaceExpression, Precompiled, SentencePieceNormalizer, SpaceRuns>;

/// One after the other.
struct Normalizers {
  std::vector<Normalizer> stages;
  void operator()(NormalizedText& text) const;
  bool local() const;
  /// Whether parts are to begin with a space, as offsets depend on what a text begins with.
  bool space_first() const;
};

/// Whether every byte of a text is a character of ASCII.
bool is_ascii(std::string_view text);

/// Keeps the code points for which `keep` is true.
template <class Keep>
void filter(NormalizedText& text, Keep&& keep) {
  NormalizedWriter writer(text);
  const char* bytes = text.text().data();
  for_each_code_point(text.text(), [&](char32_t c, std::size_t begin, std::size_t size) {
    if (keep(c)) writer.copy(bytes + begin, begin, size);
  });
  writer.finish();
}

}  // namespace mana::text
