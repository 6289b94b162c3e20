#include <fmt/format.h>

#include <string>
#include <vector>

#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/words/word_model.h"
#include "mana/jobs/json_text.h"
#include "mana/search/similarity.h"

namespace mana::cli {

int words_similarity(Options& options) {
  std::vector<std::string> words;
  WordModelChoice choice;
  bool json = false;
  options.arguments("WORD", "Two words", words, 2);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;

  const WordModel model(choice, options);
  const std::vector<GivenWord> given = look_up(model.vectors(), words);
  std::string value;
  jobs::append_number(value, static_cast<float>(search::cosine(given[0].vector, given[1].vector)));
  if (!json) {
    print(value + "\n");
    return 0;
  }
  std::string text = "{\"words\":[";
  jobs::append_string(text, given[0].word);
  text += ',';
  jobs::append_string(text, given[1].word);
  print(fmt::format("{}],\"similarity\":{}}}\n", text, value));
  return 0;
}

}  // namespace mana::cli
