#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mana::text {

/// Byte-level vocabularies write each byte as a letter: printable ones of Latin-1 as themselves, all others as those
/// from U+0100 on, in order, so that a space is Ġ (U+0120).
char32_t letter_of(unsigned char byte);

/// The bytes that a token stands for; nothing when it has other letters than those.
std::optional<std::string> bytes_of_letters(std::string_view token);

}  // namespace mana::text
