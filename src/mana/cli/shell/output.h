#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <span>
#include <string_view>

namespace mana::cli {

/// Whoever read our output has gone (`mana embed … | head`): nothing is wrong, the program just ends.
class ClosedPipe : public std::exception {};

/// Writes to standard output at once, unbuffered.
/// Throws IoError (disk full, …) or ClosedPipe.
void print(std::string_view text);
/// The same to any descriptor; `name` stands for it in messages.
void write_output(int descriptor, std::string_view bytes, const std::filesystem::path& name);

/// Tells a person something on standard error; that it cannot be told is no error.
void note(std::string_view sentence);

}  // namespace mana::cli
