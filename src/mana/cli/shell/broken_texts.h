#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// What is said of texts of the command line: of those that are no UTF-8, as of lines of files (data/reading_notes.h),
/// and of those that look like a mistake.
namespace mana::cli {

/// Of the value of an option.
void note_broken_text(std::string_view option);
/// Of those among the arguments without a name, if there are any.
void note_broken_texts(std::span<const std::string> texts);

/// Texts that the vocabulary cuts into letters (text/cut_into_letters.h): so many of `all`, and the number of the
/// first. Of none nothing is said.
void note_cut_into_letters(std::uint64_t count, std::uint64_t all, std::uint64_t first);

/// A text that is the name of a file was likely meant to be the file: said once. `reads_files` where --input is there.
void note_names_of_files(std::span<const std::string> texts, bool reads_files);

}  // namespace mana::cli
