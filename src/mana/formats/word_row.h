#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mana::formats {

/// A line of a text form: a word and the numbers of its vector, with spaces or tabs between them. Since numbers are
/// counted from the right, a word may have spaces in it ("new york 0.1 0.2") where what ends the word is not written as
/// the numbers are.
struct WordRow {
  std::string_view line;
  const std::string& name;  ///< of the file, for messages
  std::size_t number;       ///< of the line, from 1

  /// Fills `vector` and returns the word. Throws FormatError that names the line.
  std::string_view parse(std::span<float> vector) const;
};

/// How many fields at the end of a line look like numbers, whoever wrote them and however wrong ("0,5", "-1.#IND"), the
/// first field not counted.
std::size_t trailing_numbers(std::string_view line);

/// Whether a line is a word and `dimensions` numbers or more that can be read.
bool is_word_row(std::string_view line, std::size_t dimensions);

}  // namespace mana::formats
