#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/data/json_rows.h"
#include "mana/data/reading_notes.h"
#include "mana/data/row_value.h"
#include "mana/data/table_reader.h"

namespace mana::data {

/// The names of a file's columns: those of a table's header, or the keys of the first of its JSON objects.
/// Throws IoError, FormatError.
std::vector<std::string> column_names(const std::filesystem::path& path);

/// Some columns of a file of rows, row by row, in bounded memory: of JSON lines or a JSON array of objects, or of a
/// table with a header, tab-separated or CSV; which of them, its beginning and its name say (input_form.h).
class RecordReader {
 public:
  /// Opens a file, whose columns select() then chooses; "-" is standard input. Throws IoError, FormatError.
  explicit RecordReader(const std::filesystem::path& path, std::optional<InputForm> form = {},
                        std::stop_token stop = {});
  /// The same, and chooses `columns`.
  RecordReader(const std::filesystem::path& path, std::vector<std::string> columns);
  /// Of a file that is open, from which nothing was read. `form` is not lines, unless it is a table all the same.
  RecordReader(LineReader lines, InputForm form);
  explicit RecordReader(TableReader table) : table_(std::move(table)) {}

  /// The names of the columns there are: as column_names(). Before the first next().
  std::vector<std::string> columns();
  /// Chooses the columns that the indices below count. Throws ArgumentError that lists the columns there are when a
  /// table lacks one.
  void select(std::vector<std::string> columns);

  /// Goes to the next row; false at the end. Throws FormatError that names the line.
  bool next();

  /// What stands in the `index`-th of the columns asked for. Each throws FormatError that names line and column when
  /// it is something else: a text, a label (a text that is not empty, or in JSON a whole number), a finite number.
  std::string text(std::size_t index) const;
  std::string label(std::size_t index) const;
  double number(std::size_t index) const;
  /// The same of whatever stands there: null where a JSON object has no such key, and in it what is no number to JSON
  /// (NaN). Throws for a number that a 64-bit integer or a double would change.
  RowValue value(std::size_t index) const;
  /// Throws FormatError that lists the keys there are when the row is a JSON object that lacks one of the columns.
  void require_keys() const;

  bool is_json() const { return json_.has_value(); }
  /// The row of a file of JSON.
  json::Value root() const { return json_->root(); }
  std::uint64_t line() const;  ///< in the file, from 1: that on which the row begins
  /// "pairs.tsv:12: label", for messages.
  std::string place(std::size_t index) const;
  /// What was read in spite of a mistake, so far.
  ReadingNotes notes() const;
  /// Bytes of the file that have been read, packed as they are.
  std::uint64_t position() const { return table_ ? table_->position() : json_->position(); }

 private:
  json::Value member(std::size_t index) const;
  [[noreturn]] void refuse_missing(const json::Value& row, std::size_t index) const;

  std::vector<std::string> columns_;
  std::optional<JsonRows> json_;
  bool peeked_ = false;  ///< the first row of JSON was read for its keys
  bool ended_ = false;
  std::optional<TableReader> table_;
  std::vector<std::size_t> indices_;  ///< of the table's columns
  std::vector<std::string_view> fields_;
};

}  // namespace mana::data
