#include "mana/formats/word_row.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "mana/base/errors.h"
#include "mana/base/printable.h"
#include "mana/formats/written_words.h"

namespace mana::formats {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_space_behind(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// The last field of a text, which is taken off; empty where there is none.
std::string_view take_last(std::string_view& text) {
  text = without_space_behind(text);
  std::size_t begin = text.size();
  while (begin > 0 && !is_space(text[begin - 1])) --begin;
  const std::string_view field = text.substr(begin);
  text.remove_suffix(field.size());
  return field;
}

std::string_view take_first(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && !is_space(text[end])) ++end;
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(end);
  return field;
}

/// Whether all of the field is a number; nan and infinity are none here.
bool read_number(std::string_view field, float& value) {
  if (field.starts_with('+')) field.remove_prefix(1);
  const char* const end = field.data() + field.size();
  auto [after, error] = std::from_chars(field.data(), end, value);  // NOLINT(bugprone-suspicious-stringview-data-usage)
  if (error == std::errc::result_out_of_range) {                    // nearer to 0 than any float, or beyond the largest
    double wide = 0;
    error = std::from_chars(field.data(), end, wide).ec;  // NOLINT(bugprone-suspicious-stringview-data-usage)
    // Beyond double, too: "1e-400" is nothing, "1e400" is no number.
    if (error == std::errc::result_out_of_range && field.find('-', 1) != field.npos) error = std::errc();
    value = static_cast<float>(wide);
  }
  return error == std::errc() && after == end && std::isfinite(value);
}

/// Something that was meant as a number, whether or not it is one.
bool resembles_number(std::string_view field) {
  constexpr std::string_view kLetters = "0123456789+-.,eE#INDFQSA";
  if (field == "nan" || field == "inf" || field == "-nan" || field == "-inf" || field == "NaN") return true;
  return !field.empty() && field.find_first_not_of(kLetters) == field.npos &&
         field.find_first_of("0123456789#") != field.npos;
}

/// A number at the end of a word: part of a name, "route 66", if it is of digits alone and every number of the vector
/// has a point or an exponent; else a number too many.
bool is_part_of_name(std::string_view field, std::string_view numbers) {
  for (const char c : field) {
    if (!is_digit(c)) return false;
  }
  while (!numbers.empty()) {
    const std::string_view number = take_first(numbers);
    if (!number.empty() && number.find_first_of(".eE") == number.npos) return false;
  }
  return true;
}

/// The usual row, read from the left: a word without spaces and just so many numbers. False, and nothing said, where it
/// is another.
bool parse_plain(std::string_view line, std::string_view& word, std::span<float> vector) {
  word = take_first(line);
  for (float& value : vector) {
    if (!read_number(take_first(line), value)) return false;
  }
  return without_space_behind(line).empty();
}

}  // namespace

std::string_view WordRow::parse(std::span<float> vector) const {
  const auto fail = [&](const std::string& what) { throw FormatError(fmt::format("{}:{}: {}", name, number, what)); };
  if (line.empty() || is_space(line.front())) fail("there is no word at its beginning");
  std::string_view word;
  if (!parse_plain(line, word, vector)) {
    std::string_view rest = line;
    std::size_t fields = 0;
    while (fields < vector.size() && !take_last(rest).empty()) ++fields;
    word = without_space_behind(rest);
    if (word.empty()) fail(fmt::format("{} numbers follow the word, not {}", fields - 1, vector.size()));
    std::string_view numbers = line.substr(rest.size());
    if (word.find_first_of(" \t") != word.npos) {
      std::string_view front = word;
      const std::string_view last = take_last(front);
      if (resembles_number(last) && !is_part_of_name(last, numbers)) {
        fail(fmt::format("more than {} numbers follow the word", vector.size()));
      }
    }
    for (std::size_t i = 0; i < vector.size(); ++i) {
      const std::string_view field = take_first(numbers);
      if (read_number(field, vector[i])) continue;
      const bool comma = field.find(',') != field.npos;
      fail(fmt::format("number {} is not a finite f32: {}{} (of the word \"{}\")", i + 1, printable(field),
                       comma ? "; a point is needed, not a comma" : "", printable(word)));
    }
  }
  if (!is_readable_word(word)) {
    fail(fmt::format("the word \"{}\" has a control character for white space in it", printable(word)));
  }
  return word;
}

std::size_t trailing_numbers(std::string_view line) {
  std::size_t count = 0;
  for (;;) {
    const std::string_view field = take_last(line);
    if (!resembles_number(field) || without_space_behind(line).empty()) return count;
    ++count;
  }
}

bool is_word_row(std::string_view line, std::size_t dimensions) {
  float value = 0;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::string_view field = take_last(line);
    if (field.empty() ||
        (!read_number(field, value) && field != "nan" && field != "-nan" && field != "inf" && field != "-inf"))
      return false;
  }
  return !without_space_behind(line).empty();
}

}  // namespace mana::formats
