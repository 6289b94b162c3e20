#include "mana/text/unicode.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <span>

#include "mana/text/padded_word.h"
#include "mana/text/utf8.h"

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

// The flags of each code point of two bytes of UTF-8, by these bytes as they lie in memory, the second without its
// upper two bits; nothing for other bytes but kLonger for those that begin a code point of three or four bytes.
constexpr std::uint16_t kPair = 0x3FFF, kLonger = 1 << 15;
constexpr std::array<std::uint16_t, kPair + 1> kPairFlags = [] {
  std::array<std::uint16_t, kPair + 1> flags{};
  for (unsigned lead = 0xC2; lead <= 0xFF; ++lead) {
    for (unsigned next = 0; next < 64; ++next) {
      const unsigned c = (lead & 0x1F) << 6 | next;
      flags[lead | next << 8] =
          lead >= 0xE0 ? kLonger : kRecords[kRecordNumbers[kBlocks[c >> 7] * 128u + (c & 127u)]].flags;
    }
  }
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

// Every pair of bytes is looked up, without a branch: where code points begin cannot be predicted.
unsigned flags_beyond_ascii(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  unsigned found = 0;
  for (const char* at = text.data(); at < text.data() + text.size(); at += 8) {
    const std::uint64_t eight = load(at);
    if ((eight & kHighBits) == 0) continue;
    for (int i = 0; i < 8; ++i) {
      std::uint16_t pair;
      std::memcpy(&pair, at + i, sizeof pair);
      found |= tables::kPairFlags[pair & tables::kPair];
    }
    if (!(found & tables::kLonger)) continue;
    found &= ~unsigned{tables::kLonger};
    for (std::uint64_t leads = eight & eight << 1 & eight << 2 & kHighBits; leads != 0; leads &= leads - 1) {
      const char* first = at + std::countr_zero(leads) / 8;
      found |= properties(decode(first)).flags;
    }
  }
  return found;
}

}  // namespace mana::text
