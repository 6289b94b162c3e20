#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
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
  std::vector<CurvePoint> loss;           ///< of each logged step, as the two that follow
  std::vector<CurvePoint> rate;           ///< at which weights change
  std::vector<CurvePoint> gradient_norm;  ///< before it is clipped
  std::string metric;                     ///< what `scores` are: "STS Spearman · 100"
  std::vector<CurvePoint> scores;         ///< of each evaluation
  std::optional<std::uint64_t> best;      ///< the step whose weights were kept
};

/// One self-contained HTML page: loss (each step and a running mean), scores, rate and gradient by step, drawn as SVG;
/// below them the scores as a table, and the settings, as a model's card has them.
std::string training_curve_page(const TrainingCurve& curve,
                                const std::vector<std::pair<std::string, std::string>>& settings = {});

}  // namespace mana::train
