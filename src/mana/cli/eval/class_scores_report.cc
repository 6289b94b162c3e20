#include "mana/cli/eval/class_scores_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "mana/base/printable.h"

namespace mana::cli {
namespace {

constexpr double kPercent = 100;
constexpr std::size_t kShown = 10;

}  // namespace

void add_class_scores(nlohmann::ordered_json& report, const eval::ClassificationScores& scores,
                      const std::vector<std::string>& names) {
  auto& classes = report["per_class"] = nlohmann::ordered_json::array();
  for (const eval::ClassScores& each : scores.classes) {
    classes.push_back({{"class", names[each.number]},
                       {"texts", each.texts},
                       {"predicted", each.predicted},
                       {"precision", kPercent * each.precision()},
                       {"recall", kPercent * each.recall()},
                       {"f1", kPercent * each.f1()}});
  }
  auto& confusions = report["confusions"] = nlohmann::ordered_json::array();
  for (const eval::Confusion& each : scores.confusions) {
    confusions.push_back({{"class", names[each.truth]}, {"predicted", names[each.predicted]}, {"texts", each.texts}});
  }
}

std::string class_table(const eval::ClassificationScores& scores, const std::vector<std::string>& names) {
  std::size_t width = std::string_view("class").size();
  for (const eval::ClassScores& each : scores.classes) width = std::max(width, printable(names[each.number]).size());
  constexpr std::size_t kWidest = 40;
  width = std::min(width, kWidest);
  std::string text =
      fmt::format("\n{:<{}}  {:>7}  {:>9}  {:>6}  {:>6}\n", "class", width, "texts", "precision", "recall", "F1");
  for (const eval::ClassScores& each : scores.classes) {
    text += fmt::format("{:<{}}  {:>7}  {:>9.2f}  {:>6.2f}  {:>6.2f}\n", printable(names[each.number]), width,
                        each.texts, kPercent * each.precision(), kPercent * each.recall(), kPercent * each.f1());
  }
  if (scores.confusions.empty()) return text;
  text += "\ntaken for another class\n";
  const std::size_t shown = std::min(kShown, scores.confusions.size());
  for (const eval::Confusion& each : std::span(scores.confusions).first(shown)) {
    text += fmt::format("  {} {} of {} for {}\n", each.texts, each.texts == 1 ? "text" : "texts",
                        printable(names[each.truth]), printable(names[each.predicted]));
  }
  const std::size_t others = scores.confusions.size() - shown;
  if (others > 0) text += fmt::format("  and {} more {}: --json has all\n", others, others == 1 ? "pair" : "pairs");
  return text;
}

}  // namespace mana::cli
