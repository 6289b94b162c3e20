#include "mana/text/grapheme_clusters.h"

#include <algorithm>
#include <iterator>

namespace mana::text {
namespace {

struct BreakRange {
  std::uint32_t begin, end;
  GraphemeBreak kind;
};

constexpr bool is_in(char32_t c, char32_t first, char32_t last) { return first <= c && c <= last; }

}  // namespace

GraphemeBreak grapheme_break(char32_t c) {
  using enum GraphemeBreak;
#include "mana/text/grapheme_breaks.inc"
  if (is_in(c, 0x20, 0x7E)) return other;
  if (is_in(c, 0xAC00, 0xD7A3)) return (c - 0xAC00) % 28 == 0 ? vowel : trailing;
  if (is_in(c, 0x1100, 0x115F) || is_in(c, 0xA960, 0xA97C)) return leading;
  if (is_in(c, 0x1160, 0x11A7) || is_in(c, 0xD7B0, 0xD7C6)) return vowel;
  if (is_in(c, 0x11A8, 0x11FF) || is_in(c, 0xD7CB, 0xD7FB)) return trailing;
  if (is_in(c, 0x1F1E6, 0x1F1FF)) return flag;
  const auto* range = std::ranges::upper_bound(kBreaks, c, {}, &BreakRange::begin);
  if (range == std::begin(kBreaks)) return other;
  --range;
  return c < range->end ? range->kind : other;
}

bool ClusterBreaks::joins(char32_t c) {
  using enum GraphemeBreak;
  const GraphemeBreak kind = grapheme_break(c);
  const bool syllable = is_in(c, 0xAC00, 0xD7A3);
  bool joined = false;
  if (last_ == control || kind == control) {
    joined = return_ && c == U'\n';
  } else if (kind == extend || last_ == prepend) {
    joined = true;
  } else if (kind == picture) {
    joined = picture_ && joiner_;
  } else if (kind == flag) {
    joined = odd_flag_;
  } else if (last_ == leading) {  // L with L, V and syllables; V with V and T; T with T
    joined = kind == leading || kind == vowel || syllable;
  } else if (last_ == vowel) {
    joined = (kind == vowel || kind == trailing) && !syllable;
  } else if (last_ == trailing) {
    joined = kind == trailing && !syllable;
  }
  picture_ = kind == picture || (picture_ && kind == extend);
  odd_flag_ = kind == flag && !(odd_flag_ && joined);
  joiner_ = c == 0x200D;
  return_ = c == U'\r';
  last_ = kind;
  return joined;
}

}  // namespace mana::text
