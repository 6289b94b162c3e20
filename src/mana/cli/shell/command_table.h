#pragma once

#include <span>

#include "mana/cli/shell/options.h"

namespace mana::cli {

/// A command by its name, and the function in commands.h that does it.
struct Command {
  CommandHelp help;
  int (*run)(Options&);
};

/// All there are, in the order of the program's help.
std::span<const Command> commands();

}  // namespace mana::cli
