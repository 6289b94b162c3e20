#pragma once

namespace mana::cli {

/// The whole program: finds the command, runs it, prints what went wrong. Returns the exit status: 0 done, 1 failed,
/// 2 wrong usage, 130 or 143 interrupted by SIGINT or SIGTERM, 141 the reader of the output went away.
int run_program(int argument_count, char** arguments);

}  // namespace mana::cli
