#include "mana/text/unicode.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

namespace mana::text {
namespace tables {
namespace {

struct Decomposition {
  char32_t code_point;
  std::uint16_t begin;
  std::uint8_t size;
};

struct Composition {
  char32_t first;
  char32_t second;
  char32_t composite;
};

}  // namespace

#include "mana/text/unicode_tables.inc"

constexpr std::array<std::uint16_t, kTwoByteEnd> kTwoByteFlags = [] {
  std::array<std::uint16_t, kTwoByteEnd> flags{};
  for (char32_t c = 0; c < kTwoByteEnd; ++c)
    flags[c] = kRecords[kRecordNumbers[kBlocks[c >> 7] * 128u + (c & 127u)]].flags;
  return flags;
}();

}  // namespace tables

namespace {

// Unicode 3.12, "Conjoining Jamo Behavior".
constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kLeads = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTails = 0x11A7;  // one before the first tail, for syllables without one
constexpr char32_t kLeadCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTailCount = 28;
constexpr char32_t kSyllableCount = kLeadCount * kVowelCount * kTailCount;

std::u32string_view find(std::span<const tables::Decomposition> all, char32_t c) {
  const auto found = std::ranges::lower_bound(all, c, {}, &tables::Decomposition::code_point);
  if (found == all.end() || found->code_point != c) return {};
  return {tables::kDecomposed + found->begin, found->size};
}

}  // namespace

std::u32string_view decomposition(char32_t c, Equivalence equivalence, char32_t (&hangul)[3]) {
  const unsigned flags = properties(c).flags;
  if (equivalence == Equivalence::compatibility && (flags & kCompatibility)) return find(tables::kCompatible, c);
  if (!(flags & kDecomposes)) return {};
  if (c - kSyllables >= kSyllableCount) return find(tables::kCanonical, c);
  const char32_t index = c - kSyllables;
  const char32_t tail = index % kTailCount;
  hangul[0] = kLeads + index / (kVowelCount * kTailCount);
  hangul[1] = kVowels + index / kTailCount % kVowelCount;
  hangul[2] = kTails + tail;
  return {hangul, tail == 0 ? 2u : 3u};
}

char32_t composition(char32_t first, char32_t second) {
  if (first - kLeads < kLeadCount && second - kVowels < kVowelCount) {
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTailCount;
  }
  if (first - kSyllables < kSyllableCount && (first - kSyllables) % kTailCount == 0 &&
      second - kTails - 1 < kTailCount - 1) {
    return first + (second - kTails);
  }
  const auto less = [](const tables::Composition& a, const tables::Composition& b) {
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  };
  const auto* end = std::end(tables::kCompositions);
  const auto* found =
      std::lower_bound(std::begin(tables::kCompositions), end, tables::Composition{first, second, 0}, less);
  return found != end && found->first == first && found->second == second ? found->composite : 0;
}

}  // namespace mana::text
