#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mana::text {

/// What the reference tokenizer knows about a code point, as bits of Properties::flags. The order is that of
/// tools/golden/unicode_tables.py.
enum Property : std::uint16_t {
  kControl = 1 << 0,         ///< what BERT's cleaning removes: category C but for tab and line ends, U+FFFD
  kWhitespace = 1 << 1,      ///< White_Space
  kCjk = 1 << 2,             ///< the ideographs that BERT sets apart
  kNonspacing = 1 << 3,      ///< category Mn: what BERT's accent stripping removes
  kCombining = 1 << 4,       ///< category M: what StripAccents removes
  kPunctuation = 1 << 5,     ///< ASCII symbols and category P
  kNumeric = 1 << 6,         ///< category N
  kWord = 1 << 7,            ///< \w of a regular expression
  kDecomposes = 1 << 8,      ///< has a canonical decomposition
  kLowers = 1 << 9,          ///< has another lower case
  kNonstarter = 1 << 10,     ///< has a combining class other than 0
  kCompatibility = 1 << 11,  ///< has a compatibility decomposition
  kInWord = 1 << 12,         ///< categories L, M and N: what words of word vectors are made of
};

struct Properties {
  std::uint16_t flags;
  std::uint8_t combining_class;
  std::int32_t lower_delta;
};

/// One more than the last code point that takes two bytes of UTF-8: Latin, Greek, Cyrillic, Hebrew, Arabic, …
inline constexpr char32_t kTwoByteEnd = 0x800;

namespace tables {
extern const Properties kRecords[];
extern const std::uint16_t kBlocks[];
extern const std::uint8_t kRecordNumbers[];
extern const std::array<std::uint16_t, kTwoByteEnd> kTwoByteFlags;
}  // namespace tables

inline const Properties& properties(char32_t c) {
  return tables::kRecords[tables::kRecordNumbers[tables::kBlocks[c >> 7] * 128u + (c & 127u)]];
}

/// Properties::flags in one step for the scripts that most text is in, for hot loops.
inline unsigned flags_of(char32_t c) { return c < kTwoByteEnd ? tables::kTwoByteFlags[c] : properties(c).flags; }

inline bool has(char32_t c, unsigned flags) { return (properties(c).flags & flags) != 0; }

/// U+0130 alone has a lower case of two code points: this one and U+0307.
inline char32_t lower(char32_t c, const Properties& known) {
  return static_cast<char32_t>(static_cast<std::int32_t>(c) + known.lower_delta);
}
inline constexpr char32_t kDottedI = 0x130;
inline constexpr char32_t kDotAbove = 0x307;

enum class Equivalence { canonical, compatibility };

/// The full decomposition of a code point, empty when it is its own. `hangul` is where syllables, which are computed,
/// are put.
std::u32string_view decomposition(char32_t c, Equivalence equivalence, char32_t (&hangul)[3]);

/// The code point that is canonically the same as the pair; 0 when there is none.
char32_t composition(char32_t first, char32_t second);

}  // namespace mana::text
