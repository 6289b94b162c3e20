#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/report.h"
#include "mana/cli/words/word_model.h"
#include "mana/eval/word_similarity.h"

namespace mana::cli {

int eval_wordsim(Options& options) {
  std::string data;
  std::size_t among = 300000;
  WordModelChoice choice;
  bool json = false;
  options.option("--data", "FILE", "Two words and a score in each line", data);
  options.require("--data");
  options.option("--among", "N", "Only the first N words of the model are known; 0: all", among);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;

  const std::vector<data::ScoredWords> pairs = data::read_scored_words(data);
  const WordModel model(choice, options);
  const eval::WordSimilarityResult result =
      eval::evaluate_word_similarity(model.vectors(), pairs, among == 0 ? model.vectors().size() : among);
  constexpr double kPercent = 100;
  print_report({{"task", "wordsim"},
                {"pairs", result.pairs},
                {"unknown", result.unknown},
                {"spearman", kPercent * result.spearman},
                {"pearson", kPercent * result.pearson}},
               json, {.width = 10, .hidden = "task"});
  return 0;
}

}  // namespace mana::cli
