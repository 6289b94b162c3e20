#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "mana/eval/classification_scores.h"

namespace mana::cli {

/// "per_class" and "confusions" as members of a report. `names` are those of the classes, by their numbers; shares are
/// in percent.
void add_class_scores(nlohmann::ordered_json& report, const eval::ClassificationScores& scores,
                      const std::vector<std::string>& names);

/// The same as lines for people: a table of the classes, then the ten pairs of classes that were confused most.
std::string class_table(const eval::ClassificationScores& scores, const std::vector<std::string>& names);

}  // namespace mana::cli
