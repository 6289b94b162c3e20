#pragma once

#include <string>
#include <string_view>

namespace mana {

/// Words and texts as they stand in lines and tables that a program prints: what ends a line or a field, or steers a
/// terminal, to whoever reads it, is escaped. Control characters become \xNN, those of U+0080 to U+009F, U+2028 and
/// U+2029 \uNNNN. All else stays, backslashes and bytes that are not UTF-8 included; who needs every byte reads JSON.
std::string escaped(std::string_view text);

/// Text of a file as it may stand in a message: escaped, so that it cannot steer a terminal, and no longer than 200
/// bytes, so that a name of a megabyte does not drown what is said about it.
std::string printable(std::string_view text);

}  // namespace mana
