#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "mana/text/normalized_text.h"
#include "mana/text/regular_expression.h"

namespace mana::text {

using Words = Buffer<Range>;

/// The pre-tokenizers of `tokenizer.json`. Each splits a part of a normalised text and adds the words that it finds, in
/// order. `parts_at_whitespace()` says that no word of it contains whitespace.

/// Whitespace is dropped, every punctuation mark is a word.
struct BertPreTokenizer {
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return true; }
};

/// Runs of \w and runs of what is neither \w nor \s.
struct Whitespace {
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return true; }
};

struct WhitespaceSplit {
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return true; }
};

/// What becomes of the code points that words are split at.
enum class Delimiter { removed, isolated, merged_with_previous, merged_with_next, contiguous };

struct Punctuation {
  Delimiter delimiter = Delimiter::isolated;
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return false; }
};

struct Digits {
  bool individual = false;
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return false; }
};

/// Runs of letters, marks and digits, with one zero-width non-joiner between two of them; all else is dropped. In a
/// file it is the Split that keeps what kPattern matches.
struct UnicodeWords {
  static constexpr std::string_view kPattern = "[\\p{L}\\p{M}\\p{N}]+(?:\u200C[\\p{L}\\p{M}\\p{N}]+)*";
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return true; }
};
inline constexpr char32_t kZeroWidthNonJoiner = 0x200C;

/// The same with one joiner or non-joiner between two runs: what word vectors are trained on.
struct JoinedWords {
  static constexpr std::string_view kPattern = "[\\p{L}\\p{M}\\p{N}]+(?:[\u200C\u200D][\\p{L}\\p{M}\\p{N}]+)*";
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return true; }
};

/// Between letters of different scripts; kana are Han, and what belongs to any script stays with what is before it.
/// What is before the first that does not belong to any is dropped.
struct UnicodeScripts {
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return false; }
};

/// At what an expression matches, or with `invert` at what is between.
struct SplitExpression {
  RegularExpression expression;
  Delimiter delimiter = Delimiter::removed;
  bool invert = false;
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const { return false; }
};

using PreTokenizer = std::variant<BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, UnicodeWords,
                                  JoinedWords, UnicodeScripts, SplitExpression>;

/// One after the other, each on the words of the one before. Without any, a text is one word.
struct PreTokenizers {
  std::vector<PreTokenizer> stages;
  /// Puts the words of `part` in place of what `words` held.
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const;
};

}  // namespace mana::text
