#pragma once

#include <span>
#include <string>
#include <string_view>

/// What is said of texts of the command line that are no UTF-8, as of lines of files (data/reading_notes.h).
namespace mana::cli {

/// Of the value of an option.
void note_broken_text(std::string_view option);
/// Of those among the arguments without a name, if there are any.
void note_broken_texts(std::span<const std::string> texts);

}  // namespace mana::cli
