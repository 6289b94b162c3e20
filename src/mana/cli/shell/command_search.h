#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mana/cli/shell/help_text.h"

namespace mana::cli {

/// The help of a group: its commands, "train sentence", "train mlm", … of "train", and an example.
std::string group_help(const std::string& word);
/// The help of the program: its commands in sections and the environment; a brief one has a line for each group.
std::string overview(HelpLength length);
/// The words of a command's name that `arguments` begins with; 0 when it is another command.
std::size_t words_matched(std::string_view name, std::span<const std::string> arguments);
/// The commands whose names begin with this word, without it: "sts", "retrieval", … of "eval".
std::vector<std::string> commands_below(const std::string& word);
/// Throws UsageError for what is no command, with the name of the nearest one where one is near.
[[noreturn]] void refuse_command(std::span<const std::string> arguments);

}  // namespace mana::cli
