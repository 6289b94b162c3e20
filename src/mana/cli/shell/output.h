#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string_view>

namespace mana::cli {

/// Whoever read our output has gone (`mana embed … | head`): nothing is wrong, the program just ends.
class ClosedPipe : public std::exception {};

/// Writes to standard output at once, unbuffered; on a terminal what could steer it is escaped (base/printable.h).
/// Throws IoError (disk full, …) or ClosedPipe.
void print(std::string_view text);
/// The same to any descriptor; `name` stands for it in messages.
void write_output(int descriptor, std::string_view bytes, const std::filesystem::path& name);

/// Tells a person something on standard error, in one line that can be printed (base/message_line.h); that it cannot be
/// told is no error.
void note(std::string_view sentence) noexcept;
/// The same of a table: each of its lines.
void note_lines(std::string_view lines);
/// At most four parts of a message, to standard error as they are and at once. Needs no memory.
void write_message(std::initializer_list<std::string_view> parts) noexcept;

}  // namespace mana::cli
