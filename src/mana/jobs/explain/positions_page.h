#pragma once

#include <string>
#include <string_view>

#include "mana/jobs/explain/positions.h"

namespace mana::jobs {

/// What pages of positions are known by (pages/page.h).
inline constexpr std::string_view kPositionsPage = "explain positions";

/// Each table as a picture of its numbers and one of its dot products, some sinusoids as curves, and how alike
/// positions are by their distance, all tables in one chart.
std::string positions_page(const ExplainedPositions& positions);

}  // namespace mana::jobs
