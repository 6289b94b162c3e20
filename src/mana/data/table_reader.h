#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mana/data/input_form.h"
#include "mana/data/line_reader.h"

namespace mana::data {

/// Reads a table, the first row of which names the columns: tab-separated values, in which nothing is quoted, or CSV
/// (RFC 4180: fields in quotes may hold separators, line ends and, twice each, quotes). A row of a table with several
/// columns that is blank is none, nor are blank lines at the end of one with a single column.
class TableReader {
 public:
  /// Reads the header. Without a `form`, tsv or csv, the name says it, and where it does not, the header: tabs are
  /// those of tab-separated values. CSV whose header has no comma is separated by semicolons or tabs, if it has such.
  /// Throws FormatError when there is none.
  explicit TableReader(LineReader lines, std::optional<InputForm> form = {});
  /// Raw text as a table: each line that is not blank is a row, of one column that is called "text".
  static TableReader of_lines(LineReader lines);

  const std::vector<std::string>& columns() const { return columns_; }
  /// The index of a column. Throws ArgumentError that lists the columns there are, or when the name stands twice.
  std::size_t column(std::string_view name) const;

  /// Puts the fields of the next row into `fields`, valid until the next call; false at the end.
  /// Throws FormatError that names the line when the row has more or fewer fields than the header, or a quote is not
  /// closed.
  bool next(std::vector<std::string_view>& fields);

  /// A field as a number. Throws FormatError that names line and column when it is no finite number.
  double number(std::string_view field, std::string_view column) const;

  /// "pairs.tsv:12", the line on which the row that next() gave last begins.
  std::string place() const;
  std::uint64_t line() const { return row_line_; }  ///< its number in the file
  ReadingNotes notes() const { return lines_.notes(); }
  /// Bytes of the file that have been read, packed as they are.
  std::uint64_t position() const { return lines_.position(); }

 private:
  struct WholeLines {};
  TableReader(LineReader lines, WholeLines) : lines_(std::move(lines)), whole_lines_(true), columns_{"text"} {}

  bool next_whole_line(std::vector<std::string_view>& fields);
  bool next_line();
  void split();
  void take_quoted(std::size_t& at);

  LineReader lines_;
  bool whole_lines_ = false;
  char separator_ = '\t';
  bool quoted_ = false;
  std::vector<std::string> columns_;
  std::string line_;                                       // of the file
  std::string row_;                                        // the fields of CSV, one behind the other
  std::vector<std::pair<std::size_t, std::size_t>> ends_;  // where each begins and ends, in row_ or line_
  std::uint64_t row_line_ = 0;
  std::uint64_t blank_ = 0;  // lines of a single column that are rows only if others follow
  bool waiting_ = false;     // line_ is such another
};

}  // namespace mana::data
