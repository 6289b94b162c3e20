#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "mana/text/normalized_text.h"

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

using PreTokenizer = std::variant<BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits>;

/// One after the other, each on the words of the one before. Without any, a text is one word.
struct PreTokenizers {
  std::vector<PreTokenizer> stages;
  /// Puts the words of `part` in place of what `words` held.
  void operator()(std::string_view text, Range part, Words& words) const;
  bool parts_at_whitespace() const;
};

}  // namespace mana::text
