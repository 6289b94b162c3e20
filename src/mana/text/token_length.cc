#include "mana/text/token_length.h"

#include <fmt/format.h>

#include "mana/base/errors.h"
#include "mana/base/printable.h"

namespace mana::text {

void require_token_length(std::string_view token, std::string_view place) {
  if (token.size() <= kLongestToken) return;
  throw FormatError(fmt::format("{}: the token that begins with \"{}\" has {} bytes; at most {} can be found in texts",
                                place, printable(token.substr(0, 32)), token.size(), kLongestToken));
}

}  // namespace mana::text
