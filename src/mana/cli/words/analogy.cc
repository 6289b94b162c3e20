#include <fmt/format.h>

#include <string>
#include <vector>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/words/word_model.h"
#include "mana/jobs/json_text.h"

namespace mana::cli {

int words_analogy(Options& options) {
  std::vector<std::string> words;
  NeighbourOptions task;
  WordModelChoice choice;
  options.arguments("WORD", "Three words: the first is to the second as the third is to …", words, 3);
  task.describe(options);
  choice.describe(options);
  if (!options.parse()) return 0;

  const WordModel model(choice, options);
  const std::vector<GivenWord> given = look_up(model.vectors(), words);
  const std::vector<float> query = models::analogy_query(given[0].vector, given[1].vector, given[2].vector);
  const auto found = nearest_others(model, query, given, task);
  if (!task.json) {
    print(neighbours_as_lines(model.vectors(), found));
    return 0;
  }
  std::string text = "{\"words\":[";
  for (const GivenWord& each : given) {
    if (&each != given.data()) text += ',';
    jobs::append_string(text, each.word);
  }
  print(text + "],\"nearest\":" + neighbours_as_json(model.vectors(), found) + "}\n");
  return 0;
}

}  // namespace mana::cli
