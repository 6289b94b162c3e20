#include "mana/cli/shell/command_search.h"

#include <fmt/format.h>

#include <optional>

#include "mana/cli/shell/command_table.h"
#include "mana/cli/shell/nearest.h"

namespace mana::cli {

std::string list_of_commands(std::string_view beginning) {
  std::string text = "Commands:\n";
  for (const Command& command : commands()) {
    if (command.help.name.starts_with(beginning))
      text += fmt::format("  {:<17} {}\n", command.help.name, command.help.summary);
  }
  return text;
}

std::string overview() {
  std::string text =
      "mana: text in, meaning out\n\n"
      "Usage: mana COMMAND [OPTIONS]\n\n" +
      list_of_commands();
  text +=
      "\nOptions:\n"
      "  --help          Print this help; after a command, that of the command\n"
      "  --version       Print the version\n\n"
      "Example:\n"
      "  mana embed \"A cat sits on the mat.\"\n";
  return text;
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
