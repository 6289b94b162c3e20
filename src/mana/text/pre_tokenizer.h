#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "mana/text/mecab.h"
#include "mana/text/normalized_text.h"
#include "mana/text/regular_expression.h"

namespace mana::text {

using Words = GrowingArray<Range>;

/// Where a long text may be cut so that its parts have the same words as the whole.
enum class PartEnds {
  none,          ///< nowhere
  behind_space,  ///< behind any ASCII white space: no word contains it
  before_space   ///< before a space that follows what is no white space: it can only begin a word
};

/// The pre-tokenizers of `tokenizer.json`. Each splits a part of a normalised text and adds the words that it finds, in
/// order; or it rewrites a text and its words. `part_ends()` says where the text before it may be cut.

/// Whitespace is dropped, every punctuation mark is a word.
struct BertPreTokenizer {
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::behind_space; }
};

/// Runs of \w and runs of what is neither \w nor \s.
struct Whitespace {
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::behind_space; }
};

struct WhitespaceSplit {
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::behind_space; }
};

/// What becomes of the code points that words are split at.
enum class Delimiter { removed, isolated, merged_with_previous, merged_with_next, contiguous };

struct Punctuation {
  Delimiter delimiter = Delimiter::isolated;
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::none; }
};

struct Digits {
  bool individual = false;
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::none; }
};

/// Runs of letters, marks and digits, with one zero-width non-joiner between two of them; all else is dropped. In a
/// file it is the Split that keeps what kPattern matches.
struct UnicodeWords {
  static constexpr std::string_view kPattern = "[\\p{L}\\p{M}\\p{N}]+(?:\u200C[\\p{L}\\p{M}\\p{N}]+)*";
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::behind_space; }
};
inline constexpr char32_t kZeroWidthNonJoiner = 0x200C;

/// The same with one joiner or non-joiner between two runs: what word vectors are trained on.
struct JoinedWords {
  static constexpr std::string_view kPattern = "[\\p{L}\\p{M}\\p{N}]+(?:[\u200C\u200D][\\p{L}\\p{M}\\p{N}]+)*";
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::behind_space; }
};

/// Between letters of different scripts; kana are Han, and what belongs to any script stays with what is before it.
/// What is before the first that does not belong to any is dropped.
struct UnicodeScripts {
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::none; }
};

/// Puts a space before every word that does not begin with one.
struct SpacePrefix {
  void operator()(NormalizedText& text, Words& words) const;
  PartEnds part_ends() const { return PartEnds::none; }
};

/// The pattern of GPT-2: English contractions; runs of letters, of digits and of other marks, each with a space that is
/// before it; white space, without the last of it where anything follows.
struct Gpt2Words {
  static constexpr std::string_view kPattern =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::before_space; }
};

/// The pattern of CLIP, which keeps what matches: two special tokens, English contractions, runs of letters, single
/// digits and runs of other marks. White space is dropped.
struct ClipWords {
  static constexpr std::string_view kPattern =
      "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::behind_space; }
};

/// Spaces become a mark, which also goes before a word that does not begin with it: before every word, or each that is
/// from the first character of a text. With `split` every mark begins a word.
struct Metaspace {
  enum class Prepend { always, first, never };
  std::string replacement = "\u2581";  ///< one code point
  Prepend prepend = Prepend::always;
  bool split = true;
  void operator()(NormalizedText& text, Words& words) const;
  PartEnds part_ends() const { return split ? PartEnds::before_space : PartEnds::none; }
};

/// At what an expression matches, or with `invert` at what is between.
struct SplitExpression {
  RegularExpression expression;
  Delimiter delimiter = Delimiter::removed;
  bool invert = false;
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::none; }
};

/// The words that MeCab finds, with a dictionary that is opened when the tokenizer is read.
struct MecabWords {
  Mecab mecab;
  void operator()(std::string_view text, Range part, Words& words) const { mecab(text, part, words); }
  PartEnds part_ends() const { return PartEnds::none; }
};

/// Every code point is a word.
struct CodePoints {
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::none; }
};

/// Splits at what Python's str.split() does: WhitespaceSplit and U+001C to U+001F.
struct PythonWhitespaceSplit {
  void operator()(std::string_view text, Range part, Words& words) const;
  PartEnds part_ends() const { return PartEnds::behind_space; }
};

/// Each word by itself in lower case, as Python's str.lower() has it, but for those of a list.
struct LowercaseWords {
  std::vector<std::string> except = {};
  void operator()(NormalizedText& text, Words& words) const;
  PartEnds part_ends() const { return PartEnds::none; }
};

/// Each word by itself in the normal form NFKC, as Unicode 12.1 and newer have it.
struct CompatibleWords {
  /// The last era of Japan in one character, which NormalForm is too old to know.
  static constexpr std::string_view kSquareReiwa = "\u32FF", kReiwa = "\u4EE4\u548C";
  void operator()(NormalizedText& text, Words& words) const;
  PartEnds part_ends() const { return PartEnds::none; }
};

using PreTokenizer =
    std::variant<BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, UnicodeWords, JoinedWords,
                 UnicodeScripts, SplitExpression, SpacePrefix, Gpt2Words, Metaspace, MecabWords, CodePoints,
                 PythonWhitespaceSplit, LowercaseWords, CompatibleWords, ClipWords>;

/// Whether a stage changes the text: it is called with a text and its words, to put others in their place.
template <class Stage>
inline constexpr bool kRewrites = std::is_invocable_v<const Stage&, NormalizedText&, Words&>;

/// One after the other, each on the words of the one before. Without any, a text is one word.
struct PreTokenizers {
  std::vector<PreTokenizer> stages;
  /// Puts the words of `part` in place of what `words` held. They are ranges of the text that is returned: `text`, or
  /// `rewritten` where a stage changes it.
  const NormalizedText& operator()(const NormalizedText& text, Range part, NormalizedText& rewritten,
                                   Words& words) const;
  PartEnds part_ends() const;
  /// Whether words depend on where they came from.
  bool needs_sources() const;
};

}  // namespace mana::text
