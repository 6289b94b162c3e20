#include "mana/eval/analogies.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "mana/base/printable.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/interruption.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/words/word_model.h"

namespace mana::cli {
namespace {

constexpr double kPercent = 100;

nlohmann::ordered_json json_of(const eval::AnalogyScore& score) {
  const auto accuracy = score.accuracy();
  return {{"name", score.name},
          {"accuracy", accuracy ? nlohmann::ordered_json(kPercent * *accuracy) : nlohmann::ordered_json()},
          {"correct", score.correct},
          {"asked", score.asked},
          {"unknown", score.unknown}};
}

std::string line_of(const eval::AnalogyScore& score) {
  const auto accuracy = score.accuracy();
  return fmt::format("{:<30} {:>8} {:>7} {:>7} {:>7}\n", printable(score.name),
                     accuracy ? fmt::format("{:.4f}", kPercent * *accuracy) : "-", score.correct, score.asked,
                     score.unknown);
}

nlohmann::ordered_json json_of(const eval::AnalogyResult& result) {
  nlohmann::ordered_json object = {{"task", "analogies"}, {"sections", nlohmann::ordered_json::array()}};
  for (const eval::AnalogyScore& score : result.sections) object["sections"].push_back(json_of(score));
  object["semantic"] = json_of(result.semantic);
  object["syntactic"] = json_of(result.syntactic);
  object["total"] = json_of(result.total);
  return object;
}

std::string table_of(const eval::AnalogyResult& result) {
  std::string lines = fmt::format("{:<30} {:>8} {:>7} {:>7} {:>7}\n", "", "percent", "correct", "asked", "unknown");
  for (const eval::AnalogyScore& score : result.sections) lines += line_of(score);
  return lines + line_of(result.semantic) + line_of(result.syntactic) + line_of(result.total);
}

}  // namespace

int eval_analogies(Options& options) {
  std::string data;
  std::size_t among = 300000;
  WordModelChoice choice;
  bool json = false;
  options.option("--data", "FILE", "Questions as in word2vec's questions-words.txt", data);
  options.require("--data");
  options.option("--among", "N", "Only the first N words of the model are known; 0: all", among);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;

  return run_interruptibly([&](const Interruption& interruption) {
    const std::vector<data::AnalogySection> sections = data::read_analogies(data);
    WordModel model(choice, options);
    model.compose();
    models::WordSearch search = model.search();
    if (among != 0) search.among = among;
    search.stop = interruption.token();
    const eval::AnalogyResult result = eval::evaluate_analogies(model.vectors(), sections, search);

    print_report(json_of(result), json, table_of(result));
    return 0;
  });
}

}  // namespace mana::cli
