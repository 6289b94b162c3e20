#include "mana/cli/shell/command_search.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <initializer_list>
#include <optional>

#include "mana/cli/shell/command_table.h"
#include "mana/cli/shell/nearest.h"

namespace mana::cli {

namespace {

constexpr std::size_t kColumn = 24;

/// Commands by their first word, in the order in which they are shown.
struct Section {
  std::string_view title;
  std::initializer_list<std::string_view> words;
};

const Section kSections[] = {
    {"Use a model", {"embed", "similarity", "classify", "translate", "fill", "tokenize"}},
    {"Train a model", {"train", "mine"}},
    {"Measure a model", {"eval"}},
    {"Word vectors", {"words"}},
    {"Make a model smaller, or one of ours", {"compress", "convert"}},
    {"Look into a model", {"inspect", "verify", "explain"}},
    {"Fetch a model", {"pull", "list"}},
    {"Measure speed", {"bench"}},
};

struct Variable {
  std::string_view name, meaning;
};

constexpr Variable kEnvironment[] = {
    {"MANA_HOME", "Where models are stored, in its folder models (default: ~/.cache/mana)"},
    {"MANA_ISA", "The highest instruction set, as --isa"},
    {"HF_TOKEN", "Who you are to the Hugging Face hub, for mana pull; HF_TOKEN_PATH: the file of that"},
    {"HF_ENDPOINT", "Another hub (default: https://huggingface.co)"},
    {"HF_HUB_OFFLINE", "1: mana pull fetches nothing"},
    {"HF_HOME, HF_HUB_CACHE", "Where Hugging Face's own programs keep models, which --model finds"},
    {"https_proxy, http_proxy, all_proxy, no_proxy", "How the hub is reached"},
    {"NO_COLOR", "No colours"},
    {"COLUMNS", "Letters of a line of the help (default: those of the terminal)"},
};

std::string first_word(std::string_view name) { return std::string(name.substr(0, name.find(' '))); }

std::string commands_of(std::string_view word, std::size_t width) {
  std::string text;
  for (const Command& command : commands()) {
    if (first_word(command.help.name) == word) {
      text += list_item(command.help.name, command.help.summary, kColumn, width);
    }
  }
  return text;
}

/// A line for a group: its commands by their second words.
std::string brief_line(const std::string& word, std::size_t width) {
  const std::vector<std::string> below = commands_below(word);
  if (below.empty()) return commands_of(word, width);
  return list_item(word, fmt::format("{}", fmt::join(below, ", ")), kColumn, width);
}

std::string environment_text(std::size_t width) {
  std::string text = "\nEnvironment:\n";
  for (const auto& [name, meaning] : kEnvironment) text += list_item(name, meaning, kColumn, width);
  return text;
}

}  // namespace

std::string group_help(const std::string& word) {
  const std::size_t width = line_width();
  std::string_view example;
  for (const Command& command : commands()) {
    if (example.empty() && first_word(command.help.name) == word) example = command.help.examples;
  }
  return fmt::format("Usage: mana {} COMMAND [OPTIONS]\n\nCommands:\n{}\n{}\n", word, commands_of(word, width),
                     examples_text(example.substr(0, example.find('\n')), width)) +
         wrapped(fmt::format("mana {} COMMAND --help lists the options of one, with their defaults.", word), width, 0,
                 0) +
         "\n";
}

std::string overview(HelpLength length) {
  const std::size_t width = line_width();
  std::string text = "mana: text in, meaning out\n\nUsage: mana COMMAND [OPTIONS]\n";
  for (const Section& section : kSections) {
    text += fmt::format("\n{}:\n", section.title);
    for (const std::string_view word : section.words) {
      text += length == HelpLength::whole ? commands_of(word, width) : brief_line(std::string(word), width);
    }
  }
  text += "\nOptions:\n" +
          list_item("-h, --help", "Print this help, -h the short one; after a command, that of the command", kColumn,
                    width) +
          list_item("--version", "Print the version", kColumn, width);
  if (length == HelpLength::whole) text += environment_text(width);
  text += "\n" + examples_text("mana embed \"A cat sits on the mat.\"", width);
  return text + "\n" +
         wrapped(
             "mana COMMAND --help lists the options of one, with their defaults. The model is all-MiniLM-L6-v2 "
             "(default) unless --model names another.",
             width, 0, 0) +
         "\n";
}

std::size_t words_matched(std::string_view name, std::span<const std::string> arguments) {
  std::string words;
  for (std::size_t count = 0; count < arguments.size() && words.size() < name.size();) {
    words += (count == 0 ? "" : " ") + arguments[count];
    ++count;
    if (words == name) return count;
  }
  return 0;
}

std::vector<std::string> commands_below(const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    const std::string name(command.help.name);
    if (name.starts_with(word + " ")) names.push_back(name.substr(word.size() + 1));
  }
  return names;
}

void refuse_command(std::span<const std::string> arguments) {
  const std::string& first = arguments.front();
  std::vector<std::string> names = commands_below(first);
  if (!names.empty() && arguments.size() == 1) {
    throw UsageError(fmt::format("{} must be followed by {}; see mana --help", first, fmt::join(names, " or ")));
  }
  const bool nested = !names.empty();
  if (!nested) {
    for (const Command& command : commands())
      names.emplace_back(command.help.name.substr(0, command.help.name.find(' ')));
  }
  const std::string& unknown = nested ? arguments[1] : first;
  const std::optional<std::string> meant = nearest(unknown, names);
  const std::string prefix = nested ? first + " " : "";
  throw UsageError(fmt::format("there is no {} {}{}{}; see mana --help",
                               unknown.starts_with('-') ? "option" : "command", prefix, unknown,
                               meant ? fmt::format(" (did you mean {}{}?)", prefix, *meant) : ""));
}

}  // namespace mana::cli
