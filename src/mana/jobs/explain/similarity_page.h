#pragma once

#include <string>
#include <string_view>

#include "mana/jobs/explain/similarity.h"

namespace mana::jobs {

/// What pages of similarities are known by (pages/page.h).
inline constexpr std::string_view kSimilarityPage = "explain similarity";

/// The two texts, each token shaded by what it gives to the cosine, or, where one is pointed at, by what it gives with
/// that; the pairs that give most, and all of them as a table.
std::string similarity_page(const ExplainedSimilarity& similarity);

}  // namespace mana::jobs
