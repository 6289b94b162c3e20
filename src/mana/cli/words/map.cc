#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/cli/shell/commands.h"
#include "mana/cli/shell/file_kinds.h"
#include "mana/cli/shell/output.h"
#include "mana/cli/shell/output_paths.h"
#include "mana/cli/words/word_map.h"
#include "mana/cli/words/word_map_page.h"
#include "mana/cli/words/word_model.h"
#include "mana/search/unit_length.h"

namespace mana::cli {
namespace {

/// The words of the model that are nearest to each.
std::vector<std::vector<NearWord>> near_words(const WordModel& model, const std::vector<GivenWord>& given) {
  constexpr std::size_t kShown = 8;
  NeighbourOptions task;
  task.count = kShown;
  std::vector<std::vector<NearWord>> near;
  for (const std::vector<models::Neighbour>& found : nearest_of_each(model, given, task)) {
    auto& words = near.emplace_back();
    for (const models::Neighbour& each : found) {
      words.push_back({std::string(model.vectors().words[each.word]), each.similarity});
    }
  }
  return near;
}

}  // namespace

int words_map(Options& options) {
  std::vector<std::string> words;
  std::optional<std::string> output;
  std::size_t first = 0;
  bool force = false;
  WordModelChoice choice;
  options.arguments("WORD", "The words to place", words);
  options.option("--first", "N", "Place the first N words of the model, too", first);
  options.option("--output", "FILE",
                 "Where the map goes, a page if its name ends in .html, an SVG drawing if in .svg; without it, a "
                 "drawing to standard output",
                 output);
  options.flag("--force", "Replace a file that holds something else than such a map", force);
  choice.describe(options);
  if (!options.parse()) return 0;
  if (words.size() + first < 3) {
    throw UsageError("three words or more are needed, for instance: mana words map --model words.bin cat dog car");
  }

  const std::string ending = ending_of(output.value_or(""));
  const bool page = ending == ".html" || ending == ".htm";
  if (!page && ending != ".svg") require_no_other_form(output.value_or(""), ".svg and .html", "");
  require_apart({{"--output", output.value_or("-")}}, {{"--model", choice.model}});
  if (output) require_own_kind(*output, "a map", page ? is_word_page : is_word_drawing, force);

  const WordModel model(choice, options);
  const formats::WordVectors& vectors = model.vectors();
  for (std::size_t i = 0; i < std::min(first, vectors.size()); ++i) words.emplace_back(vectors.words[i]);
  const std::vector<GivenWord> given = look_up(vectors, words);
  std::vector<float> rows;
  for (const GivenWord& each : given) {
    std::vector<float> row = each.vector;
    search::to_unit_length(row);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  const WordMap map = place_words(words, rows);
  const std::string title = title_of(map, std::filesystem::path(choice.model).filename().string());
  const std::string text = page ? map_page(map, title, near_words(model, given)) : map_as_svg(map, title);
  if (!output) {
    print(text);
    return 0;
  }
  AtomicFile file(*output);
  file.write(text);
  file.commit();
  return 0;
}

}  // namespace mana::cli
