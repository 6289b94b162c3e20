#pragma once

#include <cstddef>
#include <vector>

namespace mana::mine {

/// What a list of similarities looks like.
struct ScoreSummary {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  ///< √(Σ (x − mean)² / (count − 1))
  double least = 0;
  double quarter = 0;  ///< quantiles, between two values by linear interpolation
  double median = 0;
  double three_quarters = 0;
  double most = 0;
};

/// All but the count is NaN for no scores, the deviation for one.
ScoreSummary summary_of(std::vector<float> scores);

}  // namespace mana::mine
