#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mana::text {

/// The bytes that text in base64 stands for (RFC 4648, with the letters + and /, and = at its end); nothing when it is
/// none.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);

}  // namespace mana::text
