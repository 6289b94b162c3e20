#include "mana/eval/pair_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "mana/base/errors.h"

namespace mana::eval {
namespace {

/// What counts as positive when the threshold lies just below a similarity.
struct Cut {
  float similarity = 0;
  float below = 0;            ///< the next lower similarity; the same at the end
  std::size_t positives = 0;  ///< TP
  std::size_t predicted = 0;  ///< TP + FP
};

/// The cuts between different similarities, from the highest down.
std::vector<Cut> cuts_of(std::span<const float> similarities, std::span<const std::uint8_t> labels) {
  std::vector<std::size_t> order(labels.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return similarities[a] > similarities[b]; });
  std::vector<Cut> cuts;
  std::size_t positives = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    positives += labels[order[i]];
    const float here = similarities[order[i]];
    const float below = similarities[order[std::min(i + 1, order.size() - 1)]];
    if (i + 1 < order.size() && here == below) continue;
    cuts.push_back({here, below, positives, i + 1});
  }
  return cuts;
}

/// Halfway to the next similarity, without reaching it.
float threshold_of(const Cut& cut) {
  const float middle = (cut.similarity + cut.below) / 2;
  return middle == cut.below ? cut.similarity : middle;
}

double ratio(std::size_t part, std::size_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

double matthews(double tp, double fp, double fn, double tn) {
  const double products = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  return products == 0 ? 0 : (tp * tn - fp * fn) / std::sqrt(products);
}

}  // namespace

void require_both_labels(std::span<const std::uint8_t> labels, std::string_view name) {
  const std::size_t all = labels.size();
  const auto positives = static_cast<std::size_t>(std::ranges::count(labels, 1));
  if (positives != 0 && positives != all) return;
  throw ArgumentError(
      fmt::format("{}{}all {} pairs have the label {}; pairs that belong together (1) and others (0) are needed", name,
                  name.empty() ? "" : ": ", all, positives == 0 ? 0 : 1));
}

PairMetrics pair_metrics(std::span<const float> similarities, std::span<const std::uint8_t> labels) {
  const std::size_t all = labels.size();
  if (similarities.size() != all) {
    throw ArgumentError(fmt::format("{} similarities cannot be held against {} labels", similarities.size(), all));
  }
  if (!std::ranges::all_of(similarities, [](float each) { return std::isfinite(each); })) {
    throw ArgumentError("a similarity is no finite number; check the model with mana verify");
  }
  require_both_labels(labels);
  const auto positives = static_cast<std::size_t>(std::ranges::count(labels, 1));
  const std::vector<Cut> cuts = cuts_of(similarities, labels);
  // At first nothing counts as positive.
  PairMetrics best;
  best.accuracy = ratio(all - positives, all);
  best.accuracy_threshold = std::nextafter(cuts.front().similarity, std::numeric_limits<float>::infinity());
  double recall_before = 0;
  for (const Cut& cut : cuts) {
    const std::size_t right_negatives = (all - positives) - (cut.predicted - cut.positives);
    const double accuracy = ratio(cut.positives + right_negatives, all);
    if (accuracy > best.accuracy) {
      best.accuracy = accuracy;
      best.accuracy_threshold = threshold_of(cut);
    }
    const double precision = ratio(cut.positives, cut.predicted);
    const double recall = ratio(cut.positives, positives);
    best.average_precision += (recall - recall_before) * precision;
    recall_before = recall;
    const double f1 = cut.positives == 0 ? 0 : 2 * precision * recall / (precision + recall);
    if (f1 <= best.f1) continue;
    best.f1 = f1;
    best.f1_threshold = threshold_of(cut);
    best.precision = precision;
    best.recall = recall;
    const auto tp = static_cast<double>(cut.positives);
    const auto fp = static_cast<double>(cut.predicted - cut.positives);
    best.mcc = matthews(tp, fp, static_cast<double>(positives) - tp, static_cast<double>(all - positives) - fp);
  }
  return best;
}

}  // namespace mana::eval
