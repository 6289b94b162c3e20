#pragma once

#include <string>
#include <vector>

namespace mana::compress {

/// Short English texts of many kinds (sentences of an almanac, glosses of a dictionary), for those who have none of
/// their own at hand: a thousand to fit on, and a thousand others to compare a compressed model with the one it comes
/// from.
std::vector<std::string> texts_to_fit_on();
std::vector<std::string> texts_to_compare_on();

}  // namespace mana::compress
