#pragma once

#include <vector>

#include "mana/text/normalizer.h"

namespace mana::text {

/// Arabic letters as Persian writes them (yeh and alef maksura as U+06CC, kaf as U+06A9), the digits of both as 0 to 9,
/// and the tatweel left out: a Replace for each, as they stand in a `tokenizer.json`.
std::vector<Normalizer> persian_folding();

/// What becomes of one code point, kLeftOut of the tatweel.
char32_t fold_persian(char32_t c);
inline constexpr char32_t kLeftOut = 0xFFFFFFFF;

}  // namespace mana::text
