#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace mana::subwords {

/// What stands in place of which strings; the longest string that a place begins with counts. In order.
using CharacterRules = std::map<std::u32string, std::u32string>;

/// SentencePiece's normalisations, named as there.
enum class Normalization : std::uint8_t {
  identity,    ///< nothing changes
  nfkc,        ///< Unicode's form NFKC
  nmt_nfkc,    ///< the same; control characters go, and what is like a space is one
  nfkc_cf,     ///< NFKC, then letters by their simple case folding
  nmt_nfkc_cf  ///< both
};
std::string_view name_of(Normalization normalization);

/// What becomes of U+200C, which joins the parts of Persian words without joining their letters.
enum class ZeroWidthNonJoiner : std::uint8_t {
  usual,  ///< what the normalisation says: a space in nmt_nfkc, else kept
  kept,
  removed
};

/// The rules of SentencePiece 0.2.3 (Unicode 17), rule by rule: of single characters, and of strings that are the same
/// as a composed character when each of their characters is normalised. A string is left out whose shorter rules do the
/// same.
CharacterRules character_rules(Normalization normalization);

/// Makes Arabic letters those of Persian and digits those of ASCII (text/persian_folding.h), in what comes out of every
/// rule too.
void add_persian_folding(CharacterRules& rules);

void set_zero_width_non_joiner(CharacterRules& rules, ZeroWidthNonJoiner what);

/// The rules as SentencePiece's `precompiled_charsmap`, which text::CharacterMap reads: the size of a double array of
/// Darts, the array, and the texts, each with a zero behind it. Parts of the trie that are alike are written once.
/// Empty without rules. Throws ArgumentError where there is a zero among the characters.
std::string compile_rules(const CharacterRules& rules);

}  // namespace mana::subwords
