#include "mana/eval/classification_scores.h"

#include <fmt/format.h>

#include <cstddef>
#include <map>

#include "mana/base/errors.h"

namespace mana::eval {

ClassificationScores classification_scores(std::span<const std::uint32_t> truth,
                                           std::span<const std::uint32_t> predicted) {
  if (truth.empty() || truth.size() != predicted.size()) {
    throw ArgumentError(fmt::format("{} predictions cannot be compared with {} true classes; they must be as many",
                                    predicted.size(), truth.size()));
  }
  struct Counts {
    std::size_t right = 0;     // TP
    std::size_t mentions = 0;  // 2 TP + FP + FN: in truth and among the predictions
  };
  std::map<std::uint32_t, Counts> classes;
  std::size_t right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    ++classes[truth[i]].mentions;
    ++classes[predicted[i]].mentions;
    if (truth[i] != predicted[i]) continue;
    ++classes[truth[i]].right;
    ++right;
  }
  double f1 = 0;
  for (const auto& [number, counts] : classes) {
    f1 += 2 * static_cast<double>(counts.right) / static_cast<double>(counts.mentions);
  }
  return {static_cast<double>(right) / static_cast<double>(truth.size()), f1 / static_cast<double>(classes.size())};
}

}  // namespace mana::eval
