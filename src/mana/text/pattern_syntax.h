#pragma once

#include <string>
#include <string_view>

namespace mana::text {

/// A pattern in Oniguruma's (Ruby's) syntax, in UTF-8, as PCRE2 has to be given it so that it matches the same texts
/// (with PCRE2_UTF and PCRE2_MULTILINE, lines ending at \n). Throws ArgumentError that names what the two understand
/// differently and what is not known here.
///
/// Oniguruma in the reference knows characters of Unicode 15 and 16, PCRE2 may not: with `newer` their properties are
/// written out, which costs time and is of use to texts that have one of them.
std::string pcre_pattern(std::string_view pattern, bool newer);
bool has_newer_characters(std::string_view text);

}  // namespace mana::text
