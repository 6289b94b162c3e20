#pragma once

#include <string>
#include <string_view>

#include "mana/text/normalized_text.h"

namespace mana::text {

/// The text in lower case by Unicode's mapping, as Python's str.lower() has it: a Σ that ends a word becomes ς. Bytes
/// that are not UTF-8 become U+FFFD.
std::string lower_case(std::string_view text);
/// The same of a text that remembers where it came from.
void lower_case(NormalizedText& text);

}  // namespace mana::text
