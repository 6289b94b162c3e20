#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "mana/base/printable.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/words/word_model.h"
#include "mana/jobs/json_text.h"
#include "mana/search/similarity.h"
#include "mana/search/unit_length.h"

namespace mana::cli {

int words_odd(Options& options) {
  std::vector<std::string> words;
  WordModelChoice choice;
  bool json = false;
  options.arguments("WORD", "Three words or more", words);
  options.flag("--json", "Print a JSON object", json);
  choice.describe(options);
  if (!options.parse()) return 0;
  if (words.size() < 3) {
    throw UsageError("three words or more are needed, for instance: mana words odd --model words.bin cat dog car");
  }

  const WordModel model(choice, options);
  std::vector<GivenWord> given = look_up(model.vectors(), words);
  std::vector<float> mean(model.vectors().dimensions);  // of the words at unit length
  for (GivenWord& each : given) {
    search::to_unit_length(each.vector);
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += each.vector[i] / static_cast<float>(given.size());
  }
  std::vector<double> similarities;
  similarities.reserve(given.size());
  for (const GivenWord& each : given) similarities.push_back(search::cosine(each.vector, mean));
  const auto odd = std::ranges::min_element(similarities) - similarities.begin();
  if (!json) {
    print(escaped(given[static_cast<std::size_t>(odd)].word) + "\n");
    return 0;
  }
  std::string text = "{\"odd\":";
  jobs::append_string(text, given[static_cast<std::size_t>(odd)].word);
  text += ",\"words\":[";
  for (std::size_t i = 0; i < given.size(); ++i) {
    text += i == 0 ? "{\"word\":" : ",{\"word\":";
    jobs::append_string(text, given[i].word);
    text += ",\"similarity_to_mean\":";
    jobs::append_number(text, static_cast<float>(similarities[i]));
    text += '}';
  }
  print(text + "]}\n");
  return 0;
}

}  // namespace mana::cli
