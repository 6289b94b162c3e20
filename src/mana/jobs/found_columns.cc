#include "mana/jobs/found_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <system_error>
#include <vector>

#include "mana/base/printable.h"
#include "mana/data/column_meaning.h"
#include "mana/data/record_reader.h"

namespace mana::jobs {
namespace {

using data::ColumnMeaning;

struct Choice {
  std::string& name;       ///< what the option says
  std::string_view usual;  ///< what it says where it was not given
  ColumnMeaning meaning;
};

std::string find(const std::string& file, std::initializer_list<Choice> choices) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};  // a pipe cannot be read twice
  const std::vector<std::string> names = data::column_names(file);
  const auto is_there = [&](const std::string& name) { return std::ranges::find(names, name) != names.end(); };
  const auto named = [&](const std::string& name) {
    return std::ranges::any_of(choices, [&](const Choice& other) { return other.name == name; });
  };
  const std::vector<data::ColumnMeaning> meanings = data::column_meanings(names);
  std::vector<std::string> told;
  for (const Choice& choice : choices) {
    if (choice.name != choice.usual || is_there(choice.name)) continue;
    std::vector<std::string> found;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (meanings[i] == choice.meaning && !named(names[i])) found.push_back(names[i]);
    }
    if (found.size() != 1) continue;
    choice.name = found.front();
    told.push_back(fmt::format("{} = {}", choice.usual, printable(choice.name)));
  }
  return told.empty() ? "" : fmt::format("{}: {}", printable(file), fmt::join(told, ", "));
}

}  // namespace

std::string find_columns(const std::string& file, data::PairColumns& columns) {
  const data::PairColumns usual;
  return find(file, {{columns.score, usual.score, ColumnMeaning::score},
                     {columns.first, usual.first, ColumnMeaning::first},
                     {columns.second, usual.second, ColumnMeaning::second}});
}

std::string find_columns(const std::string& file, data::LabelledPairColumns& columns) {
  const data::LabelledPairColumns usual;
  return find(file, {{columns.label, usual.label, ColumnMeaning::label},
                     {columns.first, usual.first, ColumnMeaning::first},
                     {columns.second, usual.second, ColumnMeaning::second}});
}

std::string find_columns(const std::string& file, data::TripletColumns& columns) {
  const data::TripletColumns usual;
  return find(file, {{columns.anchor, usual.anchor, ColumnMeaning::first},
                     {columns.positive, usual.positive, ColumnMeaning::second},
                     {columns.negative, usual.negative, ColumnMeaning::negative}});
}

std::string find_columns(const std::string& file, data::PositivePairColumns& columns) {
  const data::PositivePairColumns usual;
  return find(file, {{columns.anchor, usual.anchor, ColumnMeaning::first},
                     {columns.positive, usual.positive, ColumnMeaning::second}});
}

std::string find_columns(const std::string& file, data::LabelColumns& columns) {
  const data::LabelColumns usual;
  return find(file,
              {{columns.label, usual.label, ColumnMeaning::label}, {columns.text, usual.text, ColumnMeaning::text}});
}

}  // namespace mana::jobs
