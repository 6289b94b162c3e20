#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mana::train {

/// A value at a step.
struct CurvePoint {
  std::uint64_t step = 0;
  double value = 0;
};

/// What a training curve shows.
struct TrainingCurve {
  std::string title;
  std::vector<CurvePoint> loss;       ///< of each logged step
  std::string metric;                 ///< what `scores` are: "STS Spearman · 100"
  std::vector<CurvePoint> scores;     ///< of each evaluation
  std::optional<std::uint64_t> best;  ///< the step whose weights were kept
};

/// One self-contained HTML page: loss (each step and a running mean) above, scores below, drawn as SVG.
std::string training_curve_page(const TrainingCurve& curve);

}  // namespace mana::train
