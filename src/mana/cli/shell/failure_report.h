#pragma once

#include <exception>
#include <string_view>

namespace mana::cli {

/// Writes `mana: <sentence>` on standard error, in red on a terminal that shows colours. Needs no memory.
void report_failure(std::string_view sentence) noexcept;

/// The same of whatever was thrown while the program worked. Words of the library of C++ are not shown to people.
void report_failure(const std::exception& failure) noexcept;

/// For a program, once at its start: a failure inside of a function that may not fail ends the program at once with
/// exit status 1 and such a sentence, not with a signal. So is where libraries run out of memory (the walk over a
/// folder of libstdc++ may not fail, though it takes memory). Files are then as after a kill.
void report_what_cannot_be_caught() noexcept;

}  // namespace mana::cli
