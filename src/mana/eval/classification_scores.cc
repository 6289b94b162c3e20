#include "mana/eval/classification_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include "mana/base/errors.h"

namespace mana::eval {
namespace {

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

double ClassScores::precision() const { return share(right, predicted); }
double ClassScores::recall() const { return share(right, texts); }
double ClassScores::f1() const { return share(2 * right, texts + predicted); }

ClassificationScores classification_scores(std::span<const std::uint32_t> truth,
                                           std::span<const std::uint32_t> predicted) {
  if (truth.empty() || truth.size() != predicted.size()) {
    throw ArgumentError(fmt::format("{} predictions cannot be compared with {} true classes; they must be as many",
                                    predicted.size(), truth.size()));
  }
  std::map<std::uint32_t, ClassScores> classes;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> confused;
  std::size_t right = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    ++classes[truth[i]].texts;
    ++classes[predicted[i]].predicted;
    if (truth[i] == predicted[i]) {
      ++classes[truth[i]].right;
      ++right;
    } else {
      ++confused[{truth[i], predicted[i]}];
    }
  }
  ClassificationScores scores;
  double f1 = 0;
  for (auto& [number, counts] : classes) {
    counts.number = number;
    f1 += counts.f1();
    scores.classes.push_back(counts);
  }
  for (const auto& [pair, texts] : confused) scores.confusions.push_back({pair.first, pair.second, texts});
  std::ranges::sort(scores.confusions, {}, [](const Confusion& each) {
    return std::tuple(-static_cast<std::int64_t>(each.texts), each.truth, each.predicted);
  });
  scores.accuracy = share(right, truth.size());
  scores.macro_f1 = f1 / static_cast<double>(classes.size());
  return scores;
}

}  // namespace mana::eval
