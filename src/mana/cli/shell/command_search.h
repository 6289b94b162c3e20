#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mana::cli {

/// A line for each command whose name begins so.
std::string list_of_commands(std::string_view beginning = {});
/// The help of the program.
std::string overview();
/// The words of a command's name that `arguments` begins with; 0 when it is another command.
std::size_t words_matched(std::string_view name, std::span<const std::string> arguments);
/// The commands whose names begin with this word, without it: "sts", "retrieval", … of "eval".
std::vector<std::string> commands_below(const std::string& word);
/// Throws UsageError for what is no command, with the name of the nearest one where one is near.
[[noreturn]] void refuse_command(std::span<const std::string> arguments);

}  // namespace mana::cli
