#include "mana/cli/train/mine_report.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "mana/base/counted.h"
#include "mana/mine/score_summary.h"

namespace mana::cli {

using nlohmann::ordered_json;

namespace {

ordered_json json_of(const mine::ScoreSummary& summary) {
  return {{"count", summary.count}, {"mean", summary.mean},  {"std", summary.deviation},      {"min", summary.least},
          {"25%", summary.quarter}, {"50%", summary.median}, {"75%", summary.three_quarters}, {"max", summary.most}};
}

}  // namespace

ordered_json json_of(const jobs::MinedNegatives& found) {
  const mine::SkippedCandidates& skipped = found.mined.skipped;
  return {{"rows", found.rows},
          {"anchors", found.set->anchors().size()},
          {"pairs", found.set->pairs()},
          {"corpus", found.set->corpus().size()},
          {"positive", json_of(mine::summary_of(found.scores.positive))},
          {"negative", json_of(mine::summary_of(found.scores.negative))},
          {"difference", json_of(mine::summary_of(found.scores.difference))},
          {"candidates", found.mined.candidates},
          {"skipped",
           {{"margin", skipped.absolute_margin},
            {"relative_margin", skipped.relative_margin},
            {"max_score", skipped.max_score},
            {"min_score", skipped.min_score}}},
          {"missing", found.scores.wanted - found.scores.negative.size()},
          {"truncated", found.truncated}};
}

std::string table_of(const jobs::MinedNegatives& found) {
  std::string text = fmt::format("{} of {} anchors with {} positives, from {} texts\n\n", counted(found.rows, "row"),
                                 found.set->anchors().size(), found.set->pairs(), found.set->corpus().size());
  const std::array summaries = {json_of(mine::summary_of(found.scores.positive)),
                                json_of(mine::summary_of(found.scores.negative)),
                                json_of(mine::summary_of(found.scores.difference))};
  text += fmt::format("{:<8}{:>12}{:>12}{:>12}\n", "", "positive", "negative", "difference");
  for (const auto& [name, value] : summaries.front().items()) {
    text += fmt::format("{:<8}", name);
    for (const ordered_json& summary : summaries) {
      const double number = summary[name].get<double>();
      text += name == "count"      ? fmt::format("{:>12}", summary[name].get<std::size_t>())
              : std::isnan(number) ? fmt::format("{:>12}", "-")  // the deviation of one
                                   : fmt::format("{:>12.4f}", number);
    }
    text += '\n';
  }
  const auto skipped = [&](const char* option, std::size_t count) {
    if (count == 0) return;
    constexpr double kPercent = 100;
    text += fmt::format("{} of {} candidates ({:.2f} %) left out by {}\n", count, found.mined.candidates,
                        kPercent * static_cast<double>(count) / static_cast<double>(found.mined.candidates), option);
  };
  text += '\n';
  skipped("--margin", found.mined.skipped.absolute_margin);
  skipped("--relative-margin", found.mined.skipped.relative_margin);
  skipped("--max-score", found.mined.skipped.max_score);
  skipped("--min-score", found.mined.skipped.min_score);
  const std::size_t missing = found.scores.wanted - found.scores.negative.size();
  if (missing > 0) {
    text += fmt::format("{} of {} negatives are missing; a larger --to or weaker conditions would give more\n", missing,
                        found.scores.wanted);
  }
  if (found.truncated > 0) text += fmt::format("{} truncated\n", counted(found.truncated, "text"));
  return text;
}

}  // namespace mana::cli
