#pragma once

#include <exception>
#include <string_view>

namespace mana::cli {

/// Writes `mana: <sentence>` on standard error, in red on a terminal that shows colours. Needs no memory.
void report_failure(std::string_view sentence) noexcept;

/// The same of whatever was thrown while the program worked. Words of the library of C++ are not shown to people.
void report_failure(const std::exception& failure) noexcept;

}  // namespace mana::cli
