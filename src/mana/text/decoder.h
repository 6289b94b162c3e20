#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace mana::text {

/// How decode() joins tokens. Each appends one token to the text; `first` says that nothing came before it.

/// What a file without a decoder gets: a space between tokens.
struct SpacedDecoder {
  void operator()(std::string_view token, bool first, std::string& text) const;
};

/// Pieces with the prefix are joined to what is before them, others by a space. `cleanup` takes the space before
/// punctuation and English contractions away again.
struct WordPieceDecoder {
  std::string prefix = "##";
  bool cleanup = true;
  void operator()(std::string_view token, bool first, std::string& text) const;
};

using Decoder = std::variant<SpacedDecoder, WordPieceDecoder>;

}  // namespace mana::text
