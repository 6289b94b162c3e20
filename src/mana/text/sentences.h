#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Where sentences end.
namespace mana::text {

enum class SentenceRules : std::uint8_t {
  standard,  ///< those of Unicode Standard Annex 29, sentence boundaries
  /// But a sentence goes on behind some abbreviations, English and German ones ("Dr. Smith", "z. B. Berlin", "3.
  /// Oktober"; abbreviations.h), and ends behind the Persian and Arabic semicolon, U+061B.
  tailored,
};

/// The end of the sentence that begins at `begin`, a boundary between sentences: white space behind a sentence belongs
/// to it, as in the Annex. `text` is valid UTF-8; where more of it is to come, an end at text.size() is none yet. All
/// ends of a text together take a time linear in it.
std::size_t sentence_end(std::string_view text, std::size_t begin, SentenceRules rules = SentenceRules::tailored);

}  // namespace mana::text
