#include "mana/mine/score_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mana::mine {
namespace {

double quantile(const std::vector<float>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (double{sorted[above]} - double{sorted[below]});
}

}  // namespace

ScoreSummary summary_of(std::vector<float> scores) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (scores.empty()) return {0, kNone, kNone, kNone, kNone, kNone, kNone, kNone};
  std::ranges::sort(scores);
  const auto count = static_cast<double>(scores.size());
  double sum = 0;
  for (const float score : scores) sum += score;
  const double mean = sum / count;
  double squares = 0;
  for (const float score : scores) squares += (score - mean) * (score - mean);
  return {scores.size(),
          mean,
          scores.size() > 1 ? std::sqrt(squares / (count - 1)) : kNone,
          scores.front(),
          quantile(scores, 0.25),
          quantile(scores, 0.5),
          quantile(scores, 0.75),
          scores.back()};
}

}  // namespace mana::mine
