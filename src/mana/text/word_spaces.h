#pragma once

#include <string_view>

#include "mana/text/normalized_text.h"

namespace mana::text {

/// One space in place of all that stands between two words of a line, so that phrases ("new york") can be found in a
/// text as added tokens. In a file it is the Replace of what kPattern matches by a space.
struct WordSpaces {
  static constexpr std::string_view kPattern =
      "(?:(?<![\\p{L}\\p{M}\\p{N}])[\u200C\u200D]|[\u200C\u200D](?![\\p{L}\\p{M}\\p{N}])|"
      "[^\\p{L}\\p{M}\\p{N}\u200C\u200D\\n])+";
  void operator()(NormalizedText& text) const;
  bool local() const { return true; }
};

}  // namespace mana::text
