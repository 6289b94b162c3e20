#include "mana/cli/shell/help_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <vector>

namespace mana::cli {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kMeaningColumn = 24;
constexpr std::string_view kFirstGroup = "Options";

/// Letters, each of one column: bytes that do not go on with another.
std::size_t letters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The words between spaces. In a command, what stands between double quotes is one; a choice of names may be parted
/// behind its bars.
std::vector<std::string_view> words_of(std::string_view text, bool is_command) {
  std::vector<std::string_view> words;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (is_command && i < text.size() && text[i] == '"') quoted = !quoted;
    if (i < text.size() && (text[i] != ' ' || quoted)) continue;
    if (i > begin) words.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return words;
}

std::string value_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return option.get_items_expected_max() == 0 || type.empty() ? "" : " " + type;
}

std::string names_of(const CLI::Option& option) {
  std::string names;
  for (const std::string& each : option.get_snames()) names += fmt::format("{}-{}", names.empty() ? "" : ", ", each);
  for (const std::string& each : option.get_lnames()) names += fmt::format("{}--{}", names.empty() ? "" : ", ", each);
  return names + value_of(option);
}

/// "--input FILE" of what is required, then [OPTIONS] and the arguments.
std::string usage(const CLI::App& app, const CommandHelp& help, std::size_t width) {
  std::string line = fmt::format("mana {}", help.name);
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_required()) line += fmt::format(" --{}{}", option->get_lnames().front(), value_of(*option));
  }
  line += " [OPTIONS]";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) line += fmt::format(" [{}...]", option->get_name());
  }
  constexpr std::size_t kIndent = 7;
  return "Usage: " + wrapped(line, width, kIndent, kIndent) + "\n";
}

std::vector<const CLI::Option*> options_in(const CLI::App& app, std::string_view group) {
  std::vector<const CLI::Option*> found;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional() && option->get_group() == group) found.push_back(option);
  }
  return found;
}

std::vector<std::string> groups_of(const CLI::App& app) {
  std::vector<std::string> groups;
  for (const CLI::Option* option : app.get_options()) {
    const std::string& group = option->get_group();
    if (!option->get_positional() && std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
  }
  return groups;
}

}  // namespace

std::size_t line_width() {
  std::size_t columns = 0;
  if (const char* given = std::getenv("COLUMNS"); given != nullptr) {
    const std::string_view text = given;
    std::from_chars(text.data(), text.data() + text.size(), columns);
  }
  winsize size{};
  if (columns == 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  return columns == 0 ? std::numeric_limits<std::size_t>::max() : std::max(columns, kNarrowest);
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent, std::size_t used) {
  std::string lines;
  bool first = true;
  for (std::string_view word : words_of(text, false)) {
    std::size_t letters = letters_of(word);
    if (!first && used + 1 + letters > width) {
      lines += "\n" + std::string(indent, ' ');
      used = indent;
      first = true;
    }
    // A list of names without spaces goes on in the next line behind one of its bars.
    while (used + (first ? 0 : 1) + letters > width && word.find('|') != std::string_view::npos) {
      const std::size_t room = width > used ? width - used : 1;
      const std::size_t bar = word.rfind('|', room > 1 ? room - 1 : 0);
      if (bar == std::string_view::npos) break;
      lines += std::string(word.substr(0, bar + 1)) + "\n" + std::string(indent, ' ');
      word.remove_prefix(bar + 1);
      letters = letters_of(word);
      used = indent;
      first = true;
    }
    lines += (first ? "" : " ") + std::string(word);
    used += letters + (first ? 0 : 1);
    first = false;
  }
  return lines;
}

std::string list_item(std::string_view name, std::string_view meaning, std::size_t column, std::size_t width) {
  constexpr std::size_t kIndent = 2;
  std::string text = "  " + wrapped(name, width, 2 * kIndent, kIndent);
  const std::size_t used = letters_of(std::string_view(text).substr(text.rfind('\n') + 1));
  if (meaning.empty()) return text + "\n";
  if (used + 1 < column && text.find('\n') == std::string::npos) {
    text += std::string(column - used, ' ');
  } else {
    text += "\n" + std::string(column, ' ');
  }
  return text + wrapped(meaning, width, column, column) + "\n";
}

std::string examples_text(std::string_view examples, std::size_t width) {
  std::string text = examples.find('\n') == std::string_view::npos ? "Example:\n" : "Examples:\n";
  while (!examples.empty()) {
    const std::size_t end = std::min(examples.find('\n'), examples.size());
    std::string line = " ";
    std::size_t used = 1;
    const std::vector<std::string_view> words = words_of(examples.substr(0, end), true);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::size_t after = i + 1 < words.size() ? 2 : 0;  // room for a backslash
      const std::size_t letters = letters_of(words[i]);
      // An option and its value stay together.
      const std::size_t pair = words[i].starts_with("--") && i + 1 < words.size() && !words[i + 1].starts_with("--")
                                   ? letters + 1 + letters_of(words[i + 1])
                                   : letters;
      if (i > 0 && used + 1 + std::max(letters, pair) + after > width) {
        line += " \\\n     ";
        used = 5;
      }
      line += fmt::format(" {}", words[i]);  // + makes GCC 12 see an overlap that is none
      used += 1 + letters;
    }
    text += line + "\n";
    examples.remove_prefix(std::min(end + 1, examples.size()));
  }
  return text;
}

std::string help_text(const CLI::App& app, const CommandHelp& help, HelpLength length, std::size_t width) {
  const auto described = [&](const CLI::Option& option) {
    const std::string required = option.get_required() ? " (required)" : "";
    return list_item(names_of(option), option.get_description() + required, kMeaningColumn, width);
  };
  std::string text = wrapped(help.summary, width, 0, 0) + "\n\n" + usage(app, help, width);
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    text += "\nArguments:\n" + list_item(option->get_name() + " ...", option->get_description(), kMeaningColumn, width);
  }
  if (length == HelpLength::brief) {
    text += fmt::format("\n{}:\n", kFirstGroup);
    for (const CLI::Option* option : options_in(app, kFirstGroup)) text += described(*option);
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_required() && option->get_group() != kFirstGroup) text += described(*option);
    }
    std::vector<std::string> others = groups_of(app);
    std::erase(others, kFirstGroup);
    for (std::string& each : others) each = each.substr(0, each.find(':'));
    text += "\n" + examples_text(help.examples, width);
    if (others.empty()) return text;
    return text + "\n" +
           wrapped(fmt::format("mana {} --help has more options: {}.", help.name, fmt::join(others, "; ")), width, 0,
                   0) +
           "\n";
  }
  for (const std::string& group : groups_of(app)) {
    text += "\n" + wrapped(group + ":", width, 2, 0) + "\n";
    for (const CLI::Option* option : options_in(app, group)) text += described(*option);
  }
  return text + "\n" + examples_text(help.examples, width);
}

}  // namespace mana::cli
