#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mana/base/json.h"
#include "mana/data/input_form.h"
#include "mana/data/line_reader.h"
#include "mana/data/reading_notes.h"

namespace mana::data {

/// Reads JSON values one after the other, in memory that is bounded by the largest of them: those of JSON lines, one a
/// line, where blank lines are passed over, or the elements of an array (or values that simply follow each other),
/// wherever their lines end.
class JsonRows {
 public:
  /// `form` is jsonl or json.
  JsonRows(LineReader lines, InputForm form);

  /// Goes to the next value; false at the end. Throws FormatError that names the line.
  bool next();
  json::Value root() const { return row_->root(); }

  std::uint64_t line() const { return line_; }  ///< on which the value begins, from 1
  std::string place() const;                    ///< "rows.jsonl:12"
  const std::string& name() const { return lines_.name(); }
  /// What was read in spite of a mistake, so far.
  const ReadingNotes& notes() const { return notes_; }
  /// Bytes of the file that have been read, packed as they are.
  std::uint64_t position() const { return lines_.position(); }

 private:
  bool next_line();
  bool next_value();
  /// Whether there is a character that is no white space; goes to it.
  bool to_value();
  bool fill();
  void take_value();
  [[noreturn]] void fail(std::string_view what) const;
  char front() const { return piece_[at_]; }

  LineReader lines_;
  InputForm form_;
  std::string text_;
  std::optional<json::Document> row_;
  std::uint64_t line_ = 0;
  // Of values that are no lines.
  std::string_view piece_;
  std::size_t at_ = 0;
  std::uint64_t line_here_ = 1;
  enum class Place : std::uint8_t { beginning, in_array, between, behind } where_ = Place::beginning;

  ReadingNotes notes_;
};

}  // namespace mana::data
