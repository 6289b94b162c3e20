#pragma once

#include <cstddef>
#include <string_view>

namespace mana::subwords {

inline constexpr char32_t kSpaceMark = U'\u2581';    ///< SentencePiece's space
inline constexpr char32_t kUnknownMark = U'\u2585';  ///< stands in training for every character outside the alphabet

/// What a piece of more than one character may be, with SentencePiece's names and defaults.
struct PieceRules {
  std::size_t max_length = 16;          ///< characters
  bool split_by_unicode_script = true;  ///< no piece of two scripts; Han, Hiragana and Katakana are one
  bool split_by_number = true;          ///< digits are no letters (of the common script); false: of any script
  bool split_by_whitespace = true;      ///< a space mark begins a piece
  bool split_digits = false;            ///< every digit is a piece of its own
  bool whitespace_as_suffix = false;    ///< a space mark ends a piece instead
  bool whitespace_only_pieces = false;  ///< pieces of nothing but space marks

  bool allow(std::u32string_view piece) const;
};

}  // namespace mana::subwords
