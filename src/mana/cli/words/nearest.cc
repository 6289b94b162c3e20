#include <fmt/format.h>

#include <string>
#include <vector>

#include "mana/base/printable.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/words/word_model.h"
#include "mana/jobs/json_text.h"

namespace mana::cli {

int words_nearest(Options& options) {
  std::vector<std::string> words;
  NeighbourOptions task;
  WordModelChoice choice;
  options.arguments("WORD", "Words, each by itself", words);
  task.describe(options);
  choice.describe(options);
  if (!options.parse()) return 0;
  if (words.empty()) throw UsageError("a word is missing, for instance: mana words nearest --model words.bin king");

  const WordModel model(choice, options);
  const std::vector<GivenWord> given = look_up(model.vectors(), words);
  const auto nearest = nearest_of_each(model, given, task);
  for (std::size_t i = 0; i < given.size(); ++i) {
    std::string text;
    if (task.json) {
      text = "{\"word\":";
      jobs::append_string(text, given[i].word);
      text += fmt::format(",\"known\":{},\"nearest\":{}}}\n", given[i].place.has_value(),
                          neighbours_as_json(model.vectors(), nearest[i]));
    } else {
      if (given.size() > 1) text = fmt::format("{}{}\n", i == 0 ? "" : "\n", escaped(given[i].word));
      text += neighbours_as_lines(model.vectors(), nearest[i]);
    }
    print(text);
  }
  return 0;
}

}  // namespace mana::cli
