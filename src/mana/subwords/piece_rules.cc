#include "mana/subwords/piece_rules.h"

#include <algorithm>

#include "mana/text/unicode_scripts.h"

namespace mana::subwords {
namespace {

bool is_digit(char32_t c) { return (c >= U'0' && c <= U'9') || (c >= U'\uFF10' && c <= U'\uFF19'); }

// Characters of no script, and those that Unicode has given one since, are common; marks are of the script before them.
std::uint8_t script_of(char32_t c, std::uint8_t before) {
  static const std::uint8_t common = text::script_of(U'!'), inherited = text::script_of(U'\u0300');
  const std::uint8_t script = text::script_of(c);
  return script == inherited ? before : script == 0 ? common : script;
}

bool is_no_text(char32_t c) { return c == kUnknownMark || c == U'\0' || c == U'\t' || c == U' '; }

}  // namespace

bool PieceRules::allow(std::u32string_view piece) const {
  if (piece.empty() || piece.size() > max_length || std::ranges::any_of(piece, is_no_text)) return false;
  const auto is_mark = [](char32_t c) { return c == kSpaceMark; };
  const bool any_marks = whitespace_only_pieces && std::ranges::all_of(piece, is_mark);
  const std::size_t last = piece.size() - 1;
  // Where a space mark may stand: at the beginning, or at the end; in between only where words are not split.
  const auto misplaced = [&](std::size_t at) {
    if (whitespace_as_suffix) return at < last && (split_by_whitespace || at == 0);
    return at > 0 && (split_by_whitespace || at == last);
  };
  std::uint8_t script = 0;  // of what came before; 0 is any
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char32_t c = piece[i];
    if (is_mark(c)) {
      if (!any_marks && misplaced(i)) return false;
      continue;
    }
    if (split_digits && is_digit(c) && piece.size() > 1) return false;
    if (!split_by_unicode_script) continue;
    const std::uint8_t own = !split_by_number && is_digit(c) ? std::uint8_t{0} : script_of(c, script);
    if (own != 0 && script != 0 && own != script) return false;
    script = own;
  }
  return true;
}

}  // namespace mana::subwords
