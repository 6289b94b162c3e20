#pragma once

#include <cstddef>
#include <string_view>

namespace mana::text {

/// Bytes of the longest token there may be. At each place of a text tokens are looked for as far as the longest of them
/// may reach: the time is that of the text by this length. Published vocabularies have tokens of up to a few hundred.
inline constexpr std::size_t kLongestToken = 1024;

/// Throws FormatError that names the `place` of a longer token.
void require_token_length(std::string_view token, std::string_view place);

}  // namespace mana::text
