#pragma once

#include <cstdint>

namespace mana::text {

/// How a code point joins others into a cluster (Unicode Standard Annex 29, extended grapheme clusters, as the Rust
/// `tokenizers` know them; without the conjuncts of Indic scripts).
enum class GraphemeBreak : std::uint8_t { other, extend, control, prepend, picture, leading, vowel, trailing, flag };

GraphemeBreak grapheme_break(char32_t c);

/// Whether a code point is in one cluster with those before it. Given the code points of a text in order.
class ClusterBreaks {
 public:
  bool joins(char32_t c);

 private:
  GraphemeBreak last_ = GraphemeBreak::control;
  bool picture_ = false;   // a picture and marks on it are before
  bool joiner_ = false;    // the last is U+200D
  bool return_ = false;    // the last is U+000D
  bool odd_flag_ = false;  // the last is the first letter of a flag
};

}  // namespace mana::text
