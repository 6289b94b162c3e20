#pragma once

#include <string>
#include <vector>

namespace mana::compress {

/// A thousand short English texts of many kinds (sentences of an almanac, glosses of a dictionary), for those who have
/// none of their own at hand: to fit on, and to compare a compressed model with the one it comes from.
std::vector<std::string> built_in_texts();

}  // namespace mana::compress
