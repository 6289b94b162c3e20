#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mana/text/regular_expression.h"

namespace mana::text {

/// The decoders of `tokenizer.json`. Each changes the tokens of a text, in order; what they become is put together.
using TokenTexts = std::vector<std::string>;

/// What a file without a decoder gets: a space between tokens.
struct SpacedDecoder {
  void operator()(TokenTexts& tokens) const;
};

/// Pieces with the prefix are joined to what is before them, others by a space. `cleanup` takes the space before
/// punctuation and English contractions away again.
struct WordPieceDecoder {
  std::string prefix = "##";
  bool cleanup = true;
  void operator()(TokenTexts& tokens) const;
};

/// Letters become the bytes that they stand for (byte_letters.h), U+FFFD in place of what is then no UTF-8.
struct ByteLevelDecoder {
  void operator()(TokenTexts& tokens) const;
};

/// The suffix becomes a space, behind the last token nothing.
struct SuffixDecoder {
  std::string suffix = "</w>";
  void operator()(TokenTexts& tokens) const;
};

/// Runs of <0x00> to <0xFF> become the text in UTF-8 of these bytes, or U+FFFD for each.
struct ByteFallbackDecoder {
  void operator()(TokenTexts& tokens) const;
};

/// All tokens become one.
struct FuseDecoder {
  void operator()(TokenTexts& tokens) const;
};

/// Takes up to `left` and `right` times the code point `content` from the ends of each token.
struct StripDecoder {
  std::string content;
  std::size_t left = 0, right = 0;
  void operator()(TokenTexts& tokens) const;
};

/// Puts `content` in place of what matches, in each token.
struct ReplaceDecoder {
  RegularExpression expression;
  std::string content;
  void operator()(TokenTexts& tokens) const;
};

/// The mark becomes a space, or with `prepended` in the first token nothing.
struct MetaspaceDecoder {
  std::string replacement = "\u2581";
  bool prepended = true;
  void operator()(TokenTexts& tokens) const;
};

/// Pieces as SentencePiece puts them together, all of them one text: a run of bytes becomes its characters, U+FFFD for
/// each byte that belongs to none, control pieces are left out, U+2581 is a space; what Python's str.strip() takes away
/// at the ends of the text goes, as in MarianTokenizer.
struct PiecesDecoder {
  std::vector<std::string> controls = {};
  bool bytes = false;  ///< <0x00> to <0xFF> are bytes
  void operator()(TokenTexts& tokens) const;
};

/// Takes the space before punctuation and English contractions away: `clean_up_tokenization_spaces` of transformers.
struct CleanUpDecoder {
  void operator()(TokenTexts& tokens) const;
};

using Decoder =
    std::variant<SpacedDecoder, WordPieceDecoder, ByteLevelDecoder, SuffixDecoder, ByteFallbackDecoder, FuseDecoder,
                 StripDecoder, ReplaceDecoder, MetaspaceDecoder, PiecesDecoder, CleanUpDecoder>;

/// One after the other.
struct Decoders {
  std::vector<Decoder> stages = {};
  /// The text that the tokens stand for.
  std::string operator()(TokenTexts tokens) const;
};

}  // namespace mana::text
