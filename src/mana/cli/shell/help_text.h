#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "mana/cli/shell/options.h"

// What the help looks like: for command_search.cc and options.cc.
namespace mana::cli {

/// The letters that a line of standard output has room for: COLUMNS of the environment, else what the terminal says. A
/// file or another program takes lines of any length.
std::size_t line_width();

/// Words in lines of at most `width` letters, where a word is not longer; lines after the first begin with `indent`
/// spaces. `used` letters stand in the first line already.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent, std::size_t used);

/// A line of a list: `name`, and what it means, which begins `column` letters from the left, or in the next line.
std::string list_item(std::string_view name, std::string_view meaning, std::size_t column, std::size_t width);

/// Commands as they would be typed, one a line, under "Example:". A long one goes on after a backslash.
std::string examples_text(std::string_view examples, std::size_t width);

enum class HelpLength { brief, whole };

/// The help of a command. The brief one has its first options and its examples, and names what else there is.
std::string help_text(const CLI::App& app, const CommandHelp& help, HelpLength length, std::size_t width);

}  // namespace mana::cli
