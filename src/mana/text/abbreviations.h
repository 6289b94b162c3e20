#pragma once

#include <string_view>

namespace mana::text {

/// Whether a full stop behind `before` is no end of a sentence when `after`, which begins behind the white space,
/// follows: because of an abbreviation behind which a sentence goes on (a title, "e.g.", "z. B."), of one before a
/// number ("No. 5", "S. 12"), of an initial ("J. Smith"; but "I" may be a word), or in a German date ("3. Oktober").
bool is_abbreviated(std::string_view before, std::string_view after);

}  // namespace mana::text
