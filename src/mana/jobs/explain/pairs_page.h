#pragma once

#include <string>
#include <string_view>

#include "mana/jobs/explain/pairs.h"

namespace mana::jobs {

/// What pages of pairs are known by (pages/page.h).
inline constexpr std::string_view kPairsPage = "explain pairs";
inline constexpr std::string_view kPairsFormula = "Σ min(i−1, c) + min(L−i, c)";

/// The pairs as a page: the text, of which each word shows its window, the L × L table in which the positive pairs are
/// a band, and all pairs as a list.
std::string pairs_page(const ExplainedPairs& pairs);

}  // namespace mana::jobs
