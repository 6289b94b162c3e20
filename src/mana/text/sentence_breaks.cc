#include "mana/text/sentence_breaks.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace mana::text {
namespace {

using enum SentenceBreak;  // which the table names

struct BreakRange {
  std::uint32_t begin, end;
  SentenceBreak kind;
};

#include "mana/text/sentence_breaks.inc"

SentenceBreak searched(char32_t c) {
  const auto* range = std::ranges::upper_bound(kBreaks, c, {}, &BreakRange::begin);
  if (range == std::begin(kBreaks)) return other;
  --range;
  return c < range->end ? range->kind : other;
}

/// Of the first code points, which most texts are made of.
constexpr std::size_t kDirect = 0x700;

}  // namespace

SentenceBreak sentence_break(char32_t c) {
  static const auto direct = [] {
    std::array<SentenceBreak, kDirect> kinds{};
    for (char32_t i = 0; i < kDirect; ++i) kinds[i] = searched(i);
    return kinds;
  }();
  return c < kDirect ? direct[c] : searched(c);
}

}  // namespace mana::text
