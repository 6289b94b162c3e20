#include "mana/train/run_progress.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "mana/base/json.h"

namespace mana::train {

std::string RunProgress::json() const {
  nlohmann::ordered_json object = {
      {"step", step},           {"total", total},           {"log_size", log_size},
      {"best_step", best_step}, {"since_best", since_best}, {"evaluation_due", evaluation_due}};
  if (before) object["before"] = *before;
  if (best) object["best"] = *best;
  if (last) object["last"] = *last;
  if (!kept_weights.empty()) object["kept_weights"] = kept_weights;
  return object.dump();
}

RunProgress RunProgress::read(const std::string& text, const std::filesystem::path& path) {
  const json::Document document = json::Document::parse(text, path.string());
  const json::Value root = document.root();
  const auto count = [&](std::string_view key) {
    return static_cast<std::uint64_t>(root.at(key).integer(0, std::numeric_limits<std::int64_t>::max()));
  };
  RunProgress progress;
  progress.step = count("step");
  progress.total = count("total");
  progress.log_size = count("log_size");
  progress.best_step = count("best_step");
  progress.since_best = count("since_best");
  progress.evaluation_due = root.at("evaluation_due").boolean();
  if (const auto value = root.find("before")) progress.before = value->number();
  if (const auto value = root.find("best")) progress.best = value->number();
  if (const auto value = root.find("last")) progress.last = value->number();
  if (const auto steps = root.find("kept_weights")) {
    for (const json::Value& step : steps->array()) {
      progress.kept_weights.push_back(
          static_cast<std::uint64_t>(step.integer(0, std::numeric_limits<std::int64_t>::max())));
    }
  }
  return progress;
}

}  // namespace mana::train
