#include "mana/cli/column_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "mana/base/printable.h"
#include "mana/cli/output.h"
#include "mana/data/record_reader.h"

namespace mana::cli {

void find_columns(const std::string& file, std::span<const ColumnChoice> choices, bool quiet) {
  if (file == "-") return;  // cannot be read twice
  const std::vector<std::string> names = data::column_names(file);
  const auto is_there = [&](const std::string& name) { return std::ranges::find(names, name) != names.end(); };
  const auto named = [&](const std::string& name) {
    return std::ranges::any_of(choices, [&](const ColumnChoice& other) { return other.name == name; });
  };
  const std::vector<data::ColumnMeaning> meanings = data::column_meanings(names);
  std::vector<std::string> told;
  for (const ColumnChoice& choice : choices) {
    if (choice.name != choice.usual || is_there(choice.name)) continue;
    std::vector<std::string> found;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (meanings[i] == choice.meaning && !named(names[i])) found.push_back(names[i]);
    }
    if (found.size() != 1) continue;
    choice.name = found.front();
    told.push_back(fmt::format("{} = {}", choice.usual, printable(choice.name)));
  }
  if (!quiet && !told.empty()) note(fmt::format("{}: {}", printable(file), fmt::join(told, ", ")));
}

}  // namespace mana::cli
