#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mana/base/file.h"
#include "mana/cli/commands.h"
#include "mana/cli/output.h"
#include "mana/cli/word_map.h"
#include "mana/cli/word_model.h"

namespace mana::cli {

int words_map(Options& options) {
  std::vector<std::string> words;
  std::optional<std::string> output;
  std::size_t first = 0;
  WordModelChoice choice;
  options.arguments("WORD", "The words to place", words);
  options.option("--first", "N", "Place the first N words of the model, too", first);
  options.option("--output", "FILE",
                 "Where the map goes, a page if its name ends in .html; else an SVG drawing, "
                 "without it to standard output",
                 output);
  choice.describe(options);
  if (!options.parse()) return 0;
  if (words.size() + first < 3) {
    throw UsageError("three words or more are needed, for instance: mana words map --model words.bin cat dog car");
  }

  const WordModel model(choice, options);
  const formats::WordVectors& vectors = model.vectors();
  for (std::size_t i = 0; i < std::min(first, vectors.size()); ++i) words.emplace_back(vectors.words[i]);
  std::vector<float> rows;
  for (GivenWord& each : look_up(vectors, words)) {
    models::to_unit_length(each.vector);
    rows.insert(rows.end(), each.vector.begin(), each.vector.end());
  }
  const std::vector<PlacedWord> placed = place_words(words, rows);
  const std::string title =
      fmt::format("{} words of {}", words.size(), std::filesystem::path(choice.model).filename().string());
  const bool page = output && std::filesystem::path(*output).extension() == ".html";
  const std::string map = page ? map_as_html(placed, title) : map_as_svg(placed, title);
  if (!output) {
    print(map);
    return 0;
  }
  AtomicFile file(*output);
  file.write(map);
  file.commit();
  return 0;
}

}  // namespace mana::cli
